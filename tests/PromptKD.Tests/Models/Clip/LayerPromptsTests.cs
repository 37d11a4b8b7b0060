using PromptKD.Models.Clip;

namespace PromptKD.Tests.Models.Clip;

public sealed class LayerPromptsTests
{
    [Fact]
    public void Overwrites_the_tokens_in_their_place()
    {
        // Tokens 1 and 2 of [10, 11, 12, 13] become 1 and 2; the sequence keeps its length.
        using DisposeScope scope = NewDisposeScope();
        LayerPrompts prompts = Prompts();

        Tensor x = prompts.Apply(Sequence(), layer: 1, start: 1);

        Assert.Equal([10, 1, 2, 13], x.flatten().data<float>().ToArray());
    }

    [Fact]
    public void Overwrites_the_last_tokens()
    {
        using DisposeScope scope = NewDisposeScope();
        LayerPrompts prompts = Prompts();

        Tensor x = prompts.Apply(Sequence(), layer: 1, start: 2);

        Assert.Equal([10, 11, 1, 2], x.flatten().data<float>().ToArray());
    }

    [Theory]
    [InlineData(0)] // They are part of the input already.
    [InlineData(2)] // There are prompts for two layers only.
    public void Leaves_other_layers_alone(int layer)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Sequence();

        Assert.Same(x, Prompts().Apply(x, layer, start: 1));
    }

    [Fact]
    public void Adds_up_the_gradient_of_every_copy()
    {
        // Each of 3 sequences contributes 1 to each prompt value.
        using DisposeScope scope = NewDisposeScope();
        LayerPrompts prompts = Prompts();

        prompts.Expand(1, batch: 3, ScalarType.Float32).sum().backward();

        Assert.Equal([3, 3], prompts.Tokens[1].grad!.flatten().data<float>().ToArray());
    }

    [Fact]
    public void Rounds_to_half_only_where_asked()
    {
        // float16 has 10 fraction bits: 1 + 2^-12 becomes 1.
        using DisposeScope scope = NewDisposeScope();
        float fine = 1 + MathF.ScaleB(1, -12);
        Tensor tokens = tensor(new[,] { { fine } });

        Assert.Equal(fine, new LayerPrompts([tokens]).Expand(0, 1, ScalarType.Float32).item<float>());
        Assert.Equal(1, new LayerPrompts([tokens], RoundToHalf: true).Expand(0, 1, ScalarType.Float32).item<float>());
    }

    private static LayerPrompts Prompts() => new(
    [
        tensor(new[,] { { -1f }, { -2f } }, requires_grad: true),
        tensor(new[,] { { 1f }, { 2f } }, requires_grad: true),
    ]);

    private static Tensor Sequence() => arange(10, 14, ScalarType.Float32).view(1, 4, 1);
}
