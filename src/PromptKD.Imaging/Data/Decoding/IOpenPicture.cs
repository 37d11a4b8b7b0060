namespace PromptKD.Data.Decoding;

/// <summary>A picture whose header has been read. One thread at a time uses it.</summary>
public interface IOpenPicture : IDisposable
{
    /// <summary>Width as stored, in pixels.</summary>
    int Width { get; }

    /// <summary>Height as stored, in pixels.</summary>
    int Height { get; }

    /// <summary>
    /// How the stored picture lies, as EXIF counts it: 1 for upright, up to 8. What decoding turns by itself is not in
    /// it.
    /// </summary>
    int Orientation { get; }

    /// <summary>Bits of each channel, as stored.</summary>
    int BitDepth { get; }

    /// <summary>Decodes every pixel of the first frame.</summary>
    /// <param name="pixels">[height, width, 4]: red, green, blue, and a byte that is ignored; row by row.</param>
    /// <param name="scaleGrey16">
    /// Whether 16-bit grey becomes 8 bits by its high byte; else, as Pillow does it, whatever is above 255 is white.
    /// </param>
    /// <exception cref="InvalidDataException">The file is cut short or damaged. Says why, not where.</exception>
    void Decode(Span<byte> pixels, bool scaleGrey16);
}
