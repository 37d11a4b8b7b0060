using PretrainDemo;
using PromptKD.Models.Clip;

namespace PromptKD.Tests.Tools;

public sealed class ClipInitialisationTests
{
    // The teacher is 128 wide with 4 layers in its image encoder, 64 wide with 2 layers in its text encoder.
    [Theory]
    [InlineData("visual.proj", 0.0883883)]                                     // 128^-½
    [InlineData("visual.positional_embedding", 0.0883883)]                     // 128^-½
    [InlineData("visual.transformer.resblocks.0.attn.in_proj_weight", 0.0883883)]  // 128^-½
    [InlineData("visual.transformer.resblocks.0.attn.out_proj.weight", 0.03125)]   // (128 · 2 · 4)^-½
    [InlineData("visual.transformer.resblocks.3.mlp.c_proj.weight", 0.03125)]      // (128 · 2 · 4)^-½
    [InlineData("visual.transformer.resblocks.3.mlp.c_fc.weight", 0.0625)]         // (2 · 128)^-½
    [InlineData("transformer.resblocks.1.mlp.c_proj.weight", 0.0625)]              // (64 · 2 · 2)^-½
    [InlineData("text_projection", 0.125)]                                     // 64^-½
    [InlineData("token_embedding.weight", 0.02)]
    public void Deviations_are_those_of_clip(string name, double expected)
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = MakeModel(DemoModel.TeacherArchitecture);

        Tensor value = model.Parameters.Single(one => one.Name == name).Value;

        // Of n normal numbers, the measured deviation is off by 1 / √(2n) of it: below 2 % from n = 1,250 on.
        Assert.Equal(expected, value.std().item<float>(), tolerance: 0.08 * expected);
        Assert.Equal(0, value.mean().item<float>(), tolerance: 0.08 * expected);
    }

    [Fact]
    public void Biases_start_at_zero_and_norms_as_the_identity()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = MakeModel(DemoModel.StudentArchitecture);
        var parameters = model.Parameters.ToDictionary(one => one.Name, one => one.Value);

        Assert.Equal(0, parameters["visual.transformer.resblocks.0.attn.in_proj_bias"].abs().max().item<float>());
        Assert.Equal(0, parameters["transformer.resblocks.0.mlp.c_fc.bias"].abs().max().item<float>());
        Assert.Equal(1, parameters["ln_final.weight"].min().item<float>());
        Assert.Equal(1 / 0.07, Math.Exp(parameters["logit_scale"].item<float>()), tolerance: 1e-4);
    }

    [Fact]
    public void Every_parameter_is_set()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = MakeModel(DemoModel.StudentArchitecture);

        Assert.All(model.Parameters, one => Assert.True(one.Value.abs().max().item<float>() < 10, one.Name));
    }

    private static ContrastiveModel MakeModel(ClipArchitecture architecture) =>
        new(architecture with { VocabularySize = 600 }, seed: 1);
}
