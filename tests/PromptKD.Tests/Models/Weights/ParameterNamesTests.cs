using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Weights;

public sealed class ParameterNamesTests
{
    [Theory]
    [InlineData("visual.transformer.resblocks.3.ln_1.bias", "visual.transformer.resblocks.3.ln_1.bias")]
    [InlineData("text.token_embedding.weight", "token_embedding.weight")]
    [InlineData("text.transformer.resblocks.0.mlp.c_fc.bias", "transformer.resblocks.0.mlp.c_fc.bias")]
    [InlineData("image_encoder.proj", "visual.proj")]
    [InlineData("text_encoder.ln_final.weight", "ln_final.weight")]
    [InlineData("vision_model.pre_layrnorm.weight", "visual.ln_pre.weight")]
    [InlineData("vision_model.encoder.layers.11.mlp.fc2.weight", "visual.transformer.resblocks.11.mlp.c_proj.weight")]
    [InlineData("text_model.encoder.layers.0.layer_norm2.bias", "transformer.resblocks.0.ln_2.bias")]
    [InlineData("text_model.encoder.layers.0.self_attn.out_proj.bias", "transformer.resblocks.0.attn.out_proj.bias")]
    public void Gives_every_program_s_tensors_the_names_of_OpenAI(string name, string expected) =>
        Assert.Equal([expected], Translate((name, [2f])).Keys);

    [Theory]
    [InlineData("context_length")]
    [InlineData("text.vocab_size")]
    [InlineData("vision_model.embeddings.position_ids")]
    public void Drops_what_follows_from_the_shapes(string name) => Assert.Empty(Translate((name, [2f])));

    [Fact]
    public void Packs_query_key_and_value_in_this_order()
    {
        using DisposeScope scope = NewDisposeScope();
        const string Layer = "text_model.encoder.layers.0.self_attn.";

        Dictionary<string, TensorEntry> translated = Translate(
            (Layer + "k_proj.bias", [3, 4]), (Layer + "v_proj.bias", [5, 6]), (Layer + "q_proj.bias", [1, 2]));

        TensorEntry packed = translated["transformer.resblocks.0.attn.in_proj_bias"];
        Assert.Equal([6], packed.Shape);
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], packed.Read().data<float>());
    }

    [Fact]
    public void Names_the_thirds_it_found_when_one_is_missing()
    {
        var error = Assert.Throws<PromptKDException>(() => Translate(
            ("text_model.encoder.layers.0.self_attn.q_proj.bias", [1f])));

        Assert.Contains("q_proj.bias' [1]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Transposes_the_projections_of_Hugging_Face()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = tensor(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        var entry = new TensorEntry([2, 3], ScalarType.Float32, () => weight.clone());

        TensorEntry projection = ParameterNames.Translate("a", [new("visual_projection.weight", entry)])["visual.proj"];

        Assert.Equal([3, 2], projection.Shape);
        Assert.Equal([1f, 4f, 2f, 5f, 3f, 6f], projection.Read().data<float>());
    }

    private static Dictionary<string, TensorEntry> Translate(params (string Name, float[] Values)[] tensors) =>
        ParameterNames.Translate("a", tensors.Select(t => new KeyValuePair<string, TensorEntry>(
            t.Name, new TensorEntry([t.Values.Length], ScalarType.Float32, () => tensor(t.Values)))));
}
