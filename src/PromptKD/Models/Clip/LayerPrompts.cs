namespace PromptKD.Models.Clip;

/// <summary>
/// Learned tokens that enter a transformer, one [length, width] (or [batch, length, width]) tensor a layer. Those of
/// layer 0 are part of the input; before each later layer, the next ones overwrite the tokens in the same place, so
/// the sequence keeps its length.
/// </summary>
/// <remarks>Deep prompts of IVLP (PromptKD clip/model.py, ResidualAttentionBlock_IVLP) and of MaPLe.</remarks>
/// <param name="Tokens">Index is the layer; a depth of 9 is 9 tensors.</param>
/// <param name="RoundToHalf">
/// Rounds each inserted copy, and its gradient, through float16, as the reference does whatever its precision.
/// </param>
internal sealed record LayerPrompts(IReadOnlyList<Tensor> Tokens, bool RoundToHalf = false)
{
    /// <summary>Learned tokens in a sequence.</summary>
    public long Length => Tokens[0].shape[^2];

    /// <summary>The prompts of one layer, a copy for each sequence of a batch.</summary>
    /// <returns>[batch, length, width], in <paramref name="type"/>.</returns>
    public Tensor Expand(int layer, long batch, ScalarType type)
    {
        Tensor copies = Tokens[layer].expand(batch, -1, -1);
        return (RoundToHalf ? copies.to(ScalarType.Float16) : copies).to(type);
    }

    /// <summary>Returns the sequence that a layer is to see.</summary>
    /// <param name="x">[batch, tokens, width].</param>
    /// <param name="layer">Index of the layer about to run.</param>
    /// <param name="start">Index of the first overwritten token.</param>
    /// <returns>
    /// [batch, tokens, width]: <paramref name="x"/> itself where the layer has no prompts of its own.
    /// </returns>
    public Tensor Apply(Tensor x, int layer, long start)
    {
        if (layer == 0 || layer >= Tokens.Count)
        {
            return x;
        }

        Tensor prompts = Expand(layer, x.shape[0], x.dtype);
        long end = start + prompts.shape[1];
        Tensor before = x.narrow(1, 0, start);
        return end == x.shape[1]
            ? cat([before, prompts], dim: 1)
            : cat([before, prompts, x.narrow(1, end, x.shape[1] - end)], dim: 1);
    }
}
