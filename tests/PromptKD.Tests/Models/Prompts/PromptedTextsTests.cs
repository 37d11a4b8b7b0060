using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;

namespace PromptKD.Tests.Models.Prompts;

public sealed class PromptedTextsTests
{
    private const long Start = 38;
    private const long End = 39;
    private const int Length = 3;

    // Start, three tokens to be replaced, names of one and of two tokens, a full stop, end.
    private static readonly long[][] s_texts = [[Start, 0, 0, 0, 5, 9, End, 0], [Start, 0, 0, 0, 6, 7, 9, End]];
    private static readonly int[] s_nameLengths = [1, 2];

    /// <summary>Where the tokens of each text go, by hand; −1, −2, −3 are the learned ones.</summary>
    public static TheoryData<string, long[][]> Orders => new()
    {
        { nameof(NamePosition.End), [[Start, -1, -2, -3, 5, 9, End, 0], [Start, -1, -2, -3, 6, 7, 9, End]] },
        { nameof(NamePosition.Middle), [[Start, -1, 5, -2, -3, 9, End, 0], [Start, -1, 6, 7, -2, -3, 9, End]] },
        { nameof(NamePosition.Front), [[Start, 5, -1, -2, -3, 9, End, 0], [Start, 6, 7, -1, -2, -3, 9, End]] },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public void Learned_tokens_stand_where_the_position_says(string position, long[][] orders)
    {
        using DisposeScope scope = NewDisposeScope();
        using TextEncoder encoder = TinyClip.TextEncoder();
        Tensor context = TinyClip.Random(50, Length, 64);
        using PromptedTexts texts = Make(encoder, Enum.Parse<NamePosition>(position));

        Tensor actual = texts.Features(new LayerPrompts([context]), 0, 2);

        Tensor table = TinyClip.Weights()["token_embedding.weight"];
        Tensor embedded = stack(orders.Select(order => stack(order.Select(token =>
            token < 0 ? context[-token - 1] : table[token]))));
        Tensor expected = encoder.Encode(embedded, tensor(new long[] { 6, 7 }), prompts: null);
        TensorAssert.Near(nn.functional.normalize(expected, dim: -1), actual, 1e-5);
    }

    [Theory]
    [InlineData(nameof(NamePosition.End))]
    [InlineData(nameof(NamePosition.Middle))]
    public void A_run_of_the_texts_is_the_same_as_in_the_whole(string position)
    {
        using DisposeScope scope = NewDisposeScope();
        using TextEncoder encoder = TinyClip.TextEncoder();
        LayerPrompts prompts = new([TinyClip.Random(50, Length, 64), TinyClip.Random(51, Length, 64)]);
        using PromptedTexts texts = Make(encoder, Enum.Parse<NamePosition>(position));

        TensorAssert.Near(texts.Features(prompts, 0, 2)[1], texts.Features(prompts, 1, 1)[0], 1e-5);
    }

    [Fact]
    public void Stored_embeddings_are_those_before_and_behind_the_learned_tokens_uncut()
    {
        using DisposeScope scope = NewDisposeScope();
        using TextEncoder encoder = TinyClip.TextEncoder();
        using PromptedTexts texts = Make(encoder, NamePosition.Front);
        Tensor table = TinyClip.Weights()["token_embedding.weight"];

        IReadOnlyList<KeyValuePair<string, Tensor>> stored = texts.StoredEmbeddings();

        Assert.Equal(["token_prefix", "token_suffix"], stored.Select(named => named.Key));
        Assert.Equal([2, 1, 64], stored[0].Value.shape);
        Assert.Equal([2, TinyClip.Architecture.ContextLength - 1 - Length, 64], stored[1].Value.shape);
        TensorAssert.Near(table[Start], stored[0].Value[1, 0], 0);
        TensorAssert.Near(table[6], stored[1].Value[1, 0], 0);
    }

    [Fact]
    public void A_step_makes_no_tensors_that_the_step_before_it_has_made()
    {
        // The index tensors of a run are made with its first step, and go with the texts.
        using DisposeScope scope = NewDisposeScope();
        using TextEncoder encoder = TinyClip.TextEncoder();
        LayerPrompts prompts = new([TinyClip.Random(50, Length, 64), TinyClip.Random(51, Length, 64)]);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        PromptedTexts texts = Make(encoder, NamePosition.End);
        long made = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Encode(texts, prompts, 0, 2);
        long afterOne = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Encode(texts, prompts, 0, 2);
        long afterTwo = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        texts.Dispose();

        Assert.Equal(made + 4, afterOne); // the rows' positions and places, the last rows, and where rows come from
        Assert.Equal(afterOne, afterTwo);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void What_is_held_does_not_grow_with_the_number_of_runs()
    {
        using DisposeScope scope = NewDisposeScope();
        using TextEncoder encoder = TinyClip.TextEncoder();
        LayerPrompts prompts = new([TinyClip.Random(50, Length, 64)]);
        const int Texts = 20;
        long[] text = [Start, 0, 0, 0, 5, 9, End, .. new long[TinyClip.Architecture.ContextLength - 7]];
        Tensor ids = tensor(text).expand(Texts, -1).contiguous();
        using var texts = new PromptedTexts(encoder, ids, Length);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (int first = 0; first < Texts; first++)
        {
            for (int count = 1; first + count <= Texts; count++)
            {
                Encode(texts, prompts, first, count);
                long held = DisposeScopeManager.Statistics.ThreadTotalLiveCount - before;
                Assert.InRange(held, 4, 4 * 4 * Texts); // 4 tensors a run, runs of at most 4 times the texts
            }
        }

        TensorAssert.SameBytes(texts.Features(prompts, 0, 2), texts.Features(prompts, 0, 2));
    }

    private static void Encode(PromptedTexts texts, LayerPrompts prompts, int first, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        texts.Features(prompts, first, count);
    }

    private static PromptedTexts Make(TextEncoder encoder, NamePosition position)
    {
        int context = TinyClip.Architecture.ContextLength;
        long[] ids = [.. s_texts.SelectMany(text => text.Concat(new long[context - text.Length]))];
        using DisposeScope scope = NewDisposeScope();
        return new PromptedTexts(encoder, tensor(ids).view(2, context), Length, position, s_nameLengths);
    }
}
