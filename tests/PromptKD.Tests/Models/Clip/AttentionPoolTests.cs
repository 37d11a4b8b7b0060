using PromptKD.Models.Clip;

namespace PromptKD.Tests.Models.Clip;

public sealed class AttentionPoolTests
{
    [Fact]
    public void Equals_the_first_row_of_torchs_attention_of_all_places()
    {
        using DisposeScope scope = NewDisposeScope();
        ClipArchitecture clip = TinyResNet.Architecture;
        Dictionary<string, Tensor> weights = TinyResNet.Weights(clip);
        using var pool = new AttentionPool(clip, ScalarType.Float32, CPU);
        ModuleWeights.Fill(pool, weights, "visual.attnpool.", "the tiny ResNet");
        Tensor map = TinyClip.Random(3, 2, clip.VisionWidth, 2, 2);

        Tensor actual = pool.forward(map);

        Tensor Weight(string name) => weights[$"visual.attnpool.{name}"];
        Tensor places = map.view(2, clip.VisionWidth, 4).permute(2, 0, 1); // [places, batch, width]
        Tensor tokens = cat([places.mean([0], keepdim: true), places]) + Weight("positional_embedding").unsqueeze(1);
        using var attention = nn.MultiheadAttention(clip.VisionWidth, clip.VisionHeads);
        attention.load_state_dict(new Dictionary<string, Tensor>
        {
            ["in_proj_weight"] = cat([Weight("q_proj.weight"), Weight("k_proj.weight"), Weight("v_proj.weight")]),
            ["in_proj_bias"] = cat([Weight("q_proj.bias"), Weight("k_proj.bias"), Weight("v_proj.bias")]),
            ["out_proj.weight"] = eye(clip.VisionWidth),
            ["out_proj.bias"] = zeros(clip.VisionWidth),
        });
        Tensor mixed = attention.forward(tokens, tokens, tokens, null, false, null).Item1[0]; // [batch, width]
        Tensor expected = nn.functional.linear(mixed, Weight("c_proj.weight"), Weight("c_proj.bias"));
        TensorAssert.Near(expected, actual, 1e-5);
    }
}
