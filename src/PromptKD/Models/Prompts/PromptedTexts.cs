using PromptKD.Models.Clip;
using PromptKD.Models.Clip.Packed;

namespace PromptKD.Models.Prompts;

/// <summary>
/// Sentences about classes in which learned tokens take the place of the first words: embedded once, since nothing in
/// them is learned but those tokens. Any run of the sentences can be encoded alone, so that a long list of classes
/// need not be in memory at once.
/// </summary>
/// <remarks>
/// Where the name stands behind the learned tokens and these are the same for all, all sentences begin alike: that
/// beginning is computed once for each run, and what follows it without padding (<see cref="PackedLayout"/>).
/// </remarks>
internal sealed class PromptedTexts : IDisposable
{
    /// <summary>Layouts are held of at most this many times the sentences.</summary>
    private const long MostHeld = 4;

    private readonly TextEncoder _encoder;
    private readonly Tensor _ids;
    private readonly Tensor _endOfText;
    private readonly Tensor? _order;
    private readonly int _length;
    private readonly int[] _lengths;
    private readonly Dictionary<(int First, int Count), PackedRun> _runs = [];

    /// <param name="encoder">A frozen text tower; stays the caller's.</param>
    /// <param name="ids">Sentences: start, <paramref name="length"/> tokens to be replaced, class name, the rest;
    /// int64, zero-padded, [texts, context]. Taken over.</param>
    /// <param name="length">Learned tokens a sentence.</param>
    public PromptedTexts(TextEncoder encoder, Tensor ids, int length)
        : this(encoder, ids, length, NamePosition.End, [])
    {
    }

    /// <param name="encoder">As in the shorter form.</param>
    /// <param name="ids">As in the shorter form.</param>
    /// <param name="length">As in the shorter form.</param>
    /// <param name="position">Where the class name goes.</param>
    /// <param name="nameLengths">Tokens of each class name; not used where it stays at the end.</param>
    public PromptedTexts(
        TextEncoder encoder, Tensor ids, int length, NamePosition position, IReadOnlyList<int> nameLengths)
    {
        _encoder = encoder;
        _length = length;
        _ids = ids.DetachFromDisposeScope();
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (Tensor embedded, Tensor endOfText) = encoder.Embed(ids, length);
        Embedded = embedded.DetachFromDisposeScope();
        _endOfText = endOfText.DetachFromDisposeScope();
        _lengths = [.. endOfText.cpu().data<long>().Select(place => (int)place + 1)];
        _order = position == NamePosition.End
            ? null
            : OrderOf(position, nameLengths).to(encoder.Device).DetachFromDisposeScope();
    }

    /// <summary>Number of sentences.</summary>
    public int Count => (int)Embedded.shape[0];

    /// <summary>The sentences before learned tokens are put in, without positions, [texts, tokens, width].</summary>
    public Tensor Embedded { get; }

    /// <summary>
    /// Estimate of what the graph of one sentence keeps in memory for the backward pass: of each token in each layer
    /// what the two normalisations (1 width each), attention (queries, keys, values, result: 4) and QuickGELU (4) need
    /// again, the keys and values of a common beginning once more, and two layers' worth on the way.
    /// </summary>
    /// <param name="prompts">As for <see cref="Features"/>; only the shapes matter.</param>
    /// <returns>Bytes.</returns>
    public long EstimateGraph(LayerPrompts prompts)
    {
        const int WidthsPerToken = 10, WidthsPerSharedToken = 2, LayersOnTheWay = 2;
        bool alike = BeginAlike(prompts, _lengths);
        int shared = alike ? 1 + _length : 0;
        double own = alike ? _lengths.Average() - shared : Embedded.shape[1];
        double widths = (WidthsPerToken * own) + (WidthsPerSharedToken * shared);
        ClipArchitecture sizes = _encoder.Architecture;
        return (long)(widths * sizes.TextWidth * Embedded.ElementSize * (sizes.TextLayers + LayersOnTheWay));
    }

    /// <summary>Text features of some of the sentences, with the graph of the learned tokens.</summary>
    /// <param name="prompts">Layer 0: [length, width], or one for each of these sentences, [count, length, width].
    /// Deeper layers as <see cref="LayerPrompts"/> says.</param>
    /// <param name="first">The first sentence.</param>
    /// <param name="count">How many.</param>
    /// <returns>Normalised, float32, [count, embedding].</returns>
    public Tensor Features(LayerPrompts prompts, int first, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = BeginAlike(prompts, _lengths[first..(first + count)])
            ? EncodePacked(prompts, first, count)
            : EncodePadded(prompts, first, count);
        return nn.functional.normalize(features, dim: -1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// What the reference stores of the sentences: the embeddings before and behind the learned tokens, uncut. They
    /// are made anew; the caller, or its scope, frees them.
    /// </summary>
    /// <returns>token_prefix [texts, 1, width] and token_suffix [texts, context − 1 − length, width].</returns>
    public IReadOnlyList<KeyValuePair<string, Tensor>> StoredEmbeddings()
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor all = _encoder.EmbedAll(_ids);
        long suffix = all.shape[1] - 1 - _length;
        return
        [
            new("token_prefix", all.narrow(1, 0, 1).MoveToOuterDisposeScope()),
            new("token_suffix", all.narrow(1, 1 + _length, suffix).MoveToOuterDisposeScope()),
        ];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ids.Dispose();
        ForgetRuns();
        Embedded.Dispose();
        _endOfText.Dispose();
        _order?.Dispose();
    }

    // Where learned tokens overwrite the end of a sentence, nothing of it is behind the common beginning.
    private bool BeginAlike(LayerPrompts prompts, int[] lengths) =>
        _order is null && prompts.Tokens.All(tokens => tokens.dim() == 2) && lengths.Min() > 1 + _length;

    private Tensor EncodePacked(LayerPrompts prompts, int first, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        PackedRun run = Pack(first, count);
        Tensor padded = Embedded.narrow(0, first, count);
        Tensor start = padded[0].narrow(0, 0, 1);
        Tensor own = padded.flatten(0, 1).index_select(0, run.OwnRows);
        Tensor rows = cat([start, prompts.Tokens[0].to(padded.dtype), own]);
        return _encoder.EncodePacked(rows, run.Layout, prompts).MoveToOuterDisposeScope();
    }

    // Training and evaluation each go through the sentences in the same runs again and again.
    private PackedRun Pack(int first, int count)
    {
        if (_runs.TryGetValue((first, count), out PackedRun? known))
        {
            return known;
        }

        // CoCoOp's runs may begin anywhere: what is held must not grow with their number.
        if (_runs.Keys.Sum(run => run.Count) + count > MostHeld * Count)
        {
            ForgetRuns();
        }

        var layout = new PackedLayout(_lengths[first..(first + count)], shared: 1 + _length, _encoder.Device);
        Tensor rows = tensor(layout.OwnRows(Embedded.shape[1]), device: _encoder.Device).DetachFromDisposeScope();
        return _runs[(first, count)] = new PackedRun(layout, rows);
    }

    private void ForgetRuns()
    {
        foreach (PackedRun run in _runs.Values)
        {
            run.Layout.Dispose();
            run.OwnRows.Dispose();
        }

        _runs.Clear();
    }

    private Tensor EncodePadded(LayerPrompts prompts, int first, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Embedded.narrow(0, first, count);
        Tensor context = prompts.Tokens[0];
        x = _order is null ? TextEncoder.Overwrite(x, context) : Rearrange(x, context, _order.narrow(0, first, count));
        return _encoder.Encode(x, _endOfText.narrow(0, first, count), prompts).MoveToOuterDisposeScope();
    }

    private static Tensor Rearrange(Tensor embedded, Tensor context, Tensor order)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor learned = context.expand(embedded.shape[0], -1, -1).to(embedded.dtype);
        Tensor places = order.unsqueeze(-1).expand(-1, -1, embedded.shape[2]);
        return cat([embedded, learned], dim: 1).gather(1, places).MoveToOuterDisposeScope();
    }

    /// <returns>For each place of each sentence, where its token comes from: an index into the sentence's own tokens
    /// followed by the learned ones, int64 [texts, tokens].</returns>
    private Tensor OrderOf(NamePosition position, IReadOnlyList<int> nameLengths)
    {
        int tokens = (int)Embedded.shape[1];
        int before = position == NamePosition.Front ? 0 : _length / 2;
        int[] learned = [.. Enumerable.Range(tokens, _length)];
        var order = new List<long>(Count * tokens);
        foreach (int nameLength in nameLengths)
        {
            int[] words = [.. Enumerable.Range(1 + _length, tokens - 1 - _length)];
            int[] sentence =
                [0, .. learned[..before], .. words[..nameLength], .. learned[before..], .. words[nameLength..]];
            order.AddRange(sentence.Select(index => (long)index));
        }

        return tensor(order).view(Count, tokens);
    }

    /// <summary>How some sentences in a row are packed; held from step to step.</summary>
    /// <param name="Layout">Where each is.</param>
    /// <param name="OwnRows">Where the rows behind their common beginning come from, int64 [rows].</param>
    private sealed record PackedRun(PackedLayout Layout, Tensor OwnRows);
}
