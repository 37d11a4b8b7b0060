using PromptKD.Data.Decoding;

namespace PromptKD.Golden.Checks;

/// <summary>Pictures as tensors, to compare them with those of a case.</summary>
internal static class PixelTensors
{
    /// <returns>Levels, [height, width, 3], uint8.</returns>
    public static Tensor Levels(PixelBuffer pixels)
    {
        Tensor rows = tensor(pixels.Bytes[..(pixels.Height * pixels.RowBytes)].ToArray(), ScalarType.Byte);
        return rows.reshape(pixels.Height, pixels.RowBytes / PixelBuffer.PixelBytes, PixelBuffer.PixelBytes)
            [.., ..pixels.Width, ..3];
    }

    /// <summary>What a model sees of a picture.</summary>
    /// <param name="preprocessing">What it wants pictures to be.</param>
    /// <param name="pixels">The picture.</param>
    /// <param name="framing">Which part of it.</param>
    /// <param name="levels">The part before any arithmetic, [size, size, 3], uint8.</param>
    /// <returns>[3, size, size], float32, normalised.</returns>
    public static Tensor Prepare(
        Preprocessing preprocessing, PixelBuffer pixels, Framing framing, out Tensor levels)
    {
        using PixelBuffer window = new Preparation(preprocessing).Resize(pixels, framing);
        float[] values = new float[3 * preprocessing.Size * preprocessing.Size];
        new Preparation(preprocessing).Normalise(window, framing.Flip, values);
        levels = framing.Flip ? Levels(window).flip(1) : Levels(window);
        return tensor(values).reshape(3, preprocessing.Size, preprocessing.Size);
    }
}
