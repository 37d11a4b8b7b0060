using PromptKD.Runtime;

namespace PromptKD.Models.Towers.Tokens;

/// <summary>
/// Rotary positions of patches: queries and keys are turned by angles that grow with the row and the column of their
/// patch.
/// Tokens in front of the patches and behind them are left as they are.
/// </summary>
/// <remarks>EVA-02 (arXiv 2303.11331), as timm's RotaryEmbeddingCat computes it.</remarks>
internal sealed class Rotation : IDisposable
{
    // The grid of the pre-training: places of every grid are spread over as many.
    private const double ReferenceSide = 16;
    private const double Temperature = 10000;

    private readonly Tensor _sine;
    private readonly Tensor _cosine;

    /// <param name="rows">Patches from top to bottom.</param>
    /// <param name="columns">Patches from left to right.</param>
    /// <param name="headWidth">Channels of an attention head, a multiple of 4.</param>
    /// <param name="device">Where it computes.</param>
    public Rotation(long rows, long columns, long headWidth, Device device)
    {
        int bands = (int)headWidth / 4;
        float[] angles = new float[rows * columns * headWidth];
        int place = 0;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                foreach (double position in (double[])[(double)row / rows, (double)column / columns])
                {
                    for (int band = 0; band < bands; band++, place += 2)
                    {
                        double angle = position * ReferenceSide * Math.Pow(Temperature, -(double)band / bands);
                        angles[place] = angles[place + 1] = (float)angle;
                    }
                }
            }
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor all = tensor(angles).view(rows * columns, headWidth).to(device);
        _sine = all.sin().DetachFromDisposeScope();
        _cosine = all.cos().DetachFromDisposeScope();
    }

    /// <summary>Sines, then cosines, [patches, 2 · head width].</summary>
    public Tensor Table => cat([_sine, _cosine], dim: 1);

    /// <summary>Turns the patches of a sequence.</summary>
    /// <param name="x">Queries or keys, [batch, heads, tokens, head width].</param>
    /// <param name="first">Index of the first patch.</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public Tensor Turn(Tensor x, long first)
    {
        using DisposeScope scope = NewDisposeScope();
        long patches = _sine.shape[0];
        Tensor seen = x.narrow(2, first, patches);
        Tensor pairs = seen.reshape(seen.shape[0], seen.shape[1], patches, -1, 2);
        Tensor crossed = stack([pairs.select(-1, 1).neg(), pairs.select(-1, 0)], dim: -1).reshape(seen.shape);
        Tensor turned = seen.mul(_cosine.to(x.dtype)).Plus(crossed.mul(_sine.to(x.dtype)));
        long behind = x.shape[2] - first - patches;
        Tensor[] parts = [x.narrow(2, 0, first), turned, x.narrow(2, first + patches, behind)];
        return cat(parts, dim: 2).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sine.Dispose();
        _cosine.Dispose();
    }
}
