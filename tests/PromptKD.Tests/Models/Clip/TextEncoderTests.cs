using PromptKD.Models.Clip;

namespace PromptKD.Tests.Models.Clip;

public sealed class TextEncoderTests
{
    private const long EndOfText = 39;

    [Fact]
    public void Padding_behind_the_end_of_text_does_not_matter()
    {
        using DisposeScope scope = NewDisposeScope();
        using TextEncoder encoder = TinyClip.TextEncoder();

        // The second text ends last, so it decides where both are cut.
        Tensor both = encoder.forward(Tokens([38, 5, EndOfText], [38, 7, 8, 9, 3, EndOfText]), prompts: null);
        Tensor first = encoder.forward(Tokens([38, 5, EndOfText]), prompts: null);

        TensorAssert.Near(first[0], both[0], 1e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Cut_texts_equal_uncut_ones(int depth)
    {
        using DisposeScope scope = NewDisposeScope();
        using TextEncoder encoder = TinyClip.TextEncoder();
        LayerPrompts? prompts = depth == 0 ? null : TinyClip.Prompts(depth, TinyClip.Architecture.TextWidth);
        Tensor tokens = Tokens([38, 1, 2, 5, EndOfText], [38, 1, 2, 9, 3, 4, EndOfText]);
        List<Tensor> layers = [];

        Tensor actual = encoder.forward(tokens, prompts);
        encoder.Trace(tokens, prompts, (_, x) => layers.Add(x.detach().clone().DetachFromDisposeScope()));

        // The trace keeps all 12 tokens; the end of text stands at 4 and 6.
        Dictionary<string, Tensor> weights = TinyClip.Weights();
        Tensor last = stack([layers[^1][0, 4], layers[^1][1, 6]]);
        Tensor expected = nn.functional.layer_norm(
            last, [last.shape[1]], weights["ln_final.weight"], weights["ln_final.bias"])
            .matmul(weights["text_projection"]);
        Assert.Equal(12, layers[0].shape[1]);
        TensorAssert.Near(expected, actual, 1e-5);
        layers.ForEach(layer => layer.Dispose());
    }

    [Fact]
    public void Prompts_replace_the_tokens_behind_the_start()
    {
        using DisposeScope scope = NewDisposeScope();
        using TextEncoder encoder = TinyClip.TextEncoder();
        LayerPrompts prompts = TinyClip.Prompts(depth: 1, TinyClip.Architecture.TextWidth);

        Tensor some = encoder.forward(Tokens([38, 1, 2, 5, EndOfText]), prompts);
        Tensor others = encoder.forward(Tokens([38, 20, 21, 5, EndOfText]), prompts);

        TensorAssert.SameBytes(some, others);
    }

    private static Tensor Tokens(params long[][] texts) => stack(texts.Select(text =>
        tensor([.. text, .. new long[TinyClip.Architecture.ContextLength - text.Length]])));
}
