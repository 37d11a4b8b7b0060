using PromptKD.Models.Clip;
using PromptKD.Models.Towers;
using PromptKD.Models.Towers.Tokens;

namespace PromptKD.Models.Weights;

/// <summary>Lets a CLIP's vision transformer read pictures of another size than it was trained with.</summary>
internal static class ResizedPositions
{
    private const string Name = "visual.positional_embedding";

    // Of all convolutional towers here: what is smaller has a map of less than one value.
    private const int Reduction = 32;

    /// <summary>Refuses a size of pictures that a tower of another family than CLIP's cannot look at.</summary>
    /// <param name="source">Path, for messages.</param>
    /// <param name="architecture">As it was read for such pictures.</param>
    /// <param name="imageSize">Side of the pictures, pixels; null for the tower's own.</param>
    /// <exception cref="PromptKDException">It cannot.</exception>
    public static void RequireSome(string source, ClipArchitecture architecture, int? imageSize)
    {
        if (imageSize is not { } size || architecture.HasTokens)
        {
            return;
        }

        if (architecture.Tower?.Family == TowerFamilies.Onnx && size != architecture.ImageSize)
        {
            throw new PromptKDException(
                $"{source}: an ONNX graph looks at pictures of the size that it was exported for, "
                + $"{architecture.ImageSize} pixels, and {size} are asked for. Export it anew, or leave the size out.");
        }

        if (architecture.Tower?.Family != TowerFamilies.Onnx && size < Reduction)
        {
            throw TooSmall(source, architecture.Name, size, Reduction);
        }
    }

    /// <summary>What is said of pictures that are too small.</summary>
    public static PromptKDException TooSmall(string source, string tower, int size, int least) => new(
        $"{source}: {tower} cannot look at pictures of {size} × {size} pixels; of {least} × {least} or more it can.");

    /// <summary>
    /// Resamples the table of positions as open_clip does when it loads: the class token's row stays.
    /// </summary>
    /// <param name="source">Path, for messages.</param>
    /// <param name="entries">Under OpenAI's names; receives the other table.</param>
    /// <param name="architecture">Of the CLIP as it is.</param>
    /// <param name="imageSize">Side of the pictures that it is to read, pixels.</param>
    /// <param name="kind">Whose way.</param>
    /// <returns>The architecture for such pictures.</returns>
    /// <exception cref="PromptKDException">It is a ResNet, or pictures are smaller than a patch.</exception>
    public static ClipArchitecture Apply(
        string source,
        Dictionary<string, TensorEntry> entries,
        ClipArchitecture architecture,
        int imageSize,
        PositionResampling kind = PositionResampling.Antialiased)
    {
        if (imageSize == architecture.ImageSize)
        {
            return architecture;
        }

        if (architecture.Stages is not null || imageSize < architecture.PatchSize)
        {
            throw new PromptKDException(
                $"{source}: {architecture.Name} cannot read pictures of {imageSize} × {imageSize} pixels instead of "
                + $"{architecture.ImageSize} × {architecture.ImageSize}. A vision transformer can, from one patch of "
                + $"{architecture.PatchSize} pixels on.");
        }

        int side = imageSize / architecture.PatchSize;
        TensorEntry whole = entries[Name];
        entries[Name] = whole with
        {
            Type = ScalarType.Float32,
            Shape = [1 + (side * (long)side), whole.Shape[1]],
            Read = () =>
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor table = whole.Read().to(ScalarType.Float32);
                Tensor grid = PositionGrid.Resample(table.narrow(0, 1, table.shape[0] - 1), side, side, kind);
                return cat([table.narrow(0, 0, 1), grid], dim: 0).MoveToOuterDisposeScope();
            },
        };
        return architecture with { ImageSize = imageSize };
    }
}
