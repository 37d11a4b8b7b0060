using PromptKD.Runtime;

namespace PromptKD.Models.Clip;

/// <summary>
/// What the tokens of texts may see: themselves and those before them. It is made once for a tower; the mask of a
/// shorter text, or of tokens behind others, is a view of its beginning, so a step makes none.
/// </summary>
internal sealed class CausalMask : IDisposable
{
    private readonly Tensor _all;

    /// <param name="context">Tokens of the longest text.</param>
    /// <param name="type">Element type of the attention scores.</param>
    /// <param name="device">Where attention is computed.</param>
    public CausalMask(long context, ScalarType type, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        _all = HeldScalars.Filled([context, context], double.NegativeInfinity, type, device).triu_(1)
            .DetachFromDisposeScope();
    }

    /// <summary>For tokens that stand behind others.</summary>
    /// <param name="before">Tokens before, all of which are seen; 0 for a whole text.</param>
    /// <param name="tokens">Tokens that look.</param>
    /// <returns>0 where a token may look, −∞ elsewhere, [tokens, before + tokens]; a view.</returns>
    public Tensor Behind(long before, long tokens)
    {
        using DisposeScope scope = NewDisposeScope();
        return _all.narrow(0, before, tokens).narrow(1, 0, before + tokens).MoveToOuterDisposeScope();
    }

    /// <summary>For one token of each of some texts.</summary>
    /// <param name="places">Where it stands, int64 [texts].</param>
    /// <param name="tokens">Tokens of each text.</param>
    /// <returns>0 where it may look, −∞ elsewhere, [texts, 1, 1, tokens].</returns>
    public Tensor Of(Tensor places, long tokens)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = _all.narrow(1, 0, tokens).index_select(0, places); // [texts, tokens]
        return rows.unsqueeze(1).unsqueeze(1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _all.Dispose();
}
