using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;

namespace PromptKD.Tests.Methods;

public sealed class PromptedClipTests
{
    private const long Start = 38, End = 39;
    private const int Length = 2;

    // Sums of some hundred products in float32 (2⁻²⁴ each), in another order; relative to the largest gradient.
    private const double Rounding = 1e-5;

    // Names of 1, 4, 2, 1 and 3 tokens, behind a start and two tokens that are replaced.
    private static readonly long[][] s_texts =
    [
        [Start, 0, 0, 5, End],
        [Start, 0, 0, 6, 7, 8, 9, End],
        [Start, 0, 0, 10, 11, End],
        [Start, 0, 0, 12, End],
        [Start, 0, 0, 13, 14, 15, End],
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Learns_the_same_whatever_the_number_of_sentences_at_a_time(int chunk)
    {
        using DisposeScope scope = NewDisposeScope();
        LayerPrompts whole = TinyClip.Prompts(depth: 2, TinyClip.Architecture.TextWidth);
        LayerPrompts chunked = TinyClip.Prompts(depth: 2, TinyClip.Architecture.TextWidth);

        float expected = Learn(whole, chunk: 1000);
        float actual = Learn(chunked, chunk);

        Assert.Equal(expected, actual, 1e-5f);
        AssertSameGradients(whole, chunked);
    }

    [Fact]
    public void Learns_as_from_padded_sentences_that_share_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        LayerPrompts shared = TinyClip.Prompts(depth: 2, TinyClip.Architecture.TextWidth);
        LayerPrompts apart = TinyClip.Prompts(depth: 2, TinyClip.Architecture.TextWidth);
        using TextEncoder encoder = TinyClip.TextEncoder();
        Tensor weights = TinyClip.Random(70, s_texts.Length, TinyClip.Architecture.EmbeddingSize);

        using var sentences = new PromptedTexts(encoder, Tokens(), Length);
        Tensor actual = sentences.Features(shared, 0, s_texts.Length);
        (actual * weights).sum().backward();
        (Tensor embedded, Tensor endOfText) = encoder.Embed(Tokens(), Length);
        Tensor padded = encoder.Encode(TextEncoder.Overwrite(embedded, apart.Tokens[0]), endOfText, apart);
        Tensor expected = nn.functional.normalize(padded, dim: -1);
        (expected * weights).sum().backward();

        TensorAssert.Near(expected, actual, 1e-5);
        AssertSameGradients(apart, shared);
    }

    [Fact]
    public void Reads_sentences_whose_end_is_overwritten_as_the_padded_ones()
    {
        using DisposeScope scope = NewDisposeScope();
        using TextEncoder encoder = TinyClip.TextEncoder();
        var prompts = new LayerPrompts([TinyClip.Random(80, 4, 64), TinyClip.Random(81, 4, 64)]);
        using var sentences = new PromptedTexts(encoder, Tokens(), length: 4);

        Tensor actual = sentences.Features(prompts, 0, s_texts.Length);

        TensorAssert.Near(nn.functional.normalize(encoder.forward(Tokens(), prompts), dim: -1), actual, 1e-5);
    }

    [Fact]
    public void Estimates_what_the_graph_of_a_sentence_keeps()
    {
        using DisposeScope scope = NewDisposeScope();
        using TextEncoder encoder = TinyClip.TextEncoder();
        using var sentences = new PromptedTexts(encoder, Tokens(), Length);

        // 5, 8, 6, 5 and 7 tokens are 6.2 on average, 3 of them common; 2 layers and 2 on the way, 4 bytes a number.
        Assert.Equal(
            (long)(((10 * 3.2) + (2 * 3)) * 64 * 4 * (2 + 2)),
            sentences.EstimateGraph(new LayerPrompts([zeros(Length, 64)])));

        // With a context of its own each sentence is padded to 8 tokens, of which none are common.
        Assert.Equal(
            10 * 8 * 64 * 4 * (2 + 2),
            sentences.EstimateGraph(new LayerPrompts([zeros(s_texts.Length, Length, 64)])));
    }

    private static float Learn(LayerPrompts prompts, int chunk)
    {
        using DisposeScope scope = NewDisposeScope();
        TextEncoder encoder = TinyClip.TextEncoder();
        using var clip = new PromptedClip(
            TinyClip.ImageEncoder(),
            encoder,
            new PromptedTexts(encoder, Tokens(), Length),
            tensor(3f),
            new TextBudget(chunk));
        using var batch = new Batch(TinyClip.Images(3), tensor(new long[] { 4, 0, 1 }), [0, 1, 2]);
        StepOutcome outcome = clip.LearnLabels(batch, () => prompts, () => null);
        outcome.Backward();
        return outcome.Loss.item<float>();
    }

    private static void AssertSameGradients(LayerPrompts expected, LayerPrompts actual)
    {
        foreach ((Tensor one, Tensor other) in expected.Tokens.Zip(actual.Tokens))
        {
            double largest = one.grad!.abs().max().item<float>();
            Assert.True(largest > 0);
            TensorAssert.Near(one.grad!, other.grad!, Rounding * largest);
        }
    }

    private static Tensor Tokens() => stack(s_texts.Select(text =>
        tensor([.. text, .. new long[TinyClip.Architecture.ContextLength - text.Length]])));
}
