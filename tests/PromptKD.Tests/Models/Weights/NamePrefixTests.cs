using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Weights;

public sealed class NamePrefixTests
{
    [Theory]
    [InlineData("", "visual.proj", "token_embedding.weight")]
    [InlineData("model.", "visual.proj", "token_embedding.weight")]
    [InlineData("module.clip.", "vision_model.x", "text_model.embeddings.token_embedding.weight")]
    [InlineData("model.", "visual.proj", "text.token_embedding.weight")]
    [InlineData("", "image_encoder.proj", "text_encoder.token_embedding.weight")]
    [InlineData("", "prompt_learner.ctx")] // no CLIP at all: left to others
    public void What_all_names_begin_with_is_taken_off(string prefix, params string[] names) => Assert.Equal(
        names, NamePrefix.TakeOff("f", Tensors([.. names.Select(name => prefix + name)])).Keys);

    [Fact]
    public void What_only_some_begin_with_is_said()
    {
        Assert.Equal(
            "f: the names of its CLIP begin with 'model.', but 1 other does not, such as 'loss.weight'. Save the tensors that do "
            + "as a file of their own, without 'model.'.",
            Refusal("model.visual.proj", "model.token_embedding.weight", "loss.weight"));
        Assert.Contains(
            "2 CLIPs, whose names begin with 'ema.', 'model.'",
            Refusal("model.token_embedding.weight", "ema.token_embedding.weight"));
    }

    private static string Refusal(params string[] names) =>
        Assert.Throws<PromptKDException>(() => NamePrefix.TakeOff("f", Tensors(names))).Message;

    private static Dictionary<string, TensorEntry> Tensors(string[] names) => names.ToDictionary(
        name => name, _ => new TensorEntry([], ScalarType.Float32, () => throw new InvalidOperationException()));
}
