namespace PromptKD.Inference;

/// <summary>A picture that a program has: a file, the bytes of one, a stream, or decoded pixels.</summary>
/// <remarks>Nothing is read or copied before the picture is classified or embedded.</remarks>
public abstract class PictureInput
{
    private protected PictureInput()
    {
    }

    /// <summary>A picture file.</summary>
    /// <param name="path">Where it lies. Messages name it as it is given here.</param>
    public static PictureInput FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new PictureOnDisk(path);
    }

    /// <summary>The bytes of a picture file: JPEG, PNG, GIF, BMP or WebP, or what a registered decoder reads.</summary>
    /// <param name="file">The whole file; must not change until the answer is there.</param>
    public static PictureInput FromBytes(ReadOnlyMemory<byte> file) => new PictureInMemory(file);

    /// <summary>A stream of the bytes of a picture file.</summary>
    /// <param name="stream">
    /// Is read from where it stands to its end, once: the picture can be used for one call. It need not seek, and stays
    /// open.
    /// </param>
    public static PictureInput FromStream(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.CanRead
            ? new PictureInStream(stream)
            : throw new ArgumentException("The stream cannot be read.", nameof(stream));
    }

    /// <summary>Decoded pixels, top row first.</summary>
    /// <param name="pixels">[height, width, channels], 8 bits each; must not change until the answer is there.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="layout">What the channels are.</param>
    /// <param name="rowBytes">Bytes from the beginning of a row to that of the next; 0 where rows have no gap.</param>
    /// <exception cref="ArgumentException">There are fewer bytes than that many pixels take.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or rows are shorter than their pixels.
    /// </exception>
    public static PictureInput FromPixels(
        ReadOnlyMemory<byte> pixels, int width, int height, PixelLayout layout = PixelLayout.Rgb, int rowBytes = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        long filled = (long)width * DecodedPicture.ChannelsOf(layout);
        long step = rowBytes == 0 ? filled : rowBytes;
        ArgumentOutOfRangeException.ThrowIfLessThan(step, filled, nameof(rowBytes));
        long needed = (step * (height - 1)) + filled;
        return pixels.Length >= needed
            ? new DecodedPicture(pixels, width, height, layout, step)
            : throw new ArgumentException(
                $"{width}×{height} pixels of {layout} take {needed} bytes, but there are {pixels.Length}.",
                nameof(pixels));
    }
}

/// <summary>A picture file.</summary>
internal sealed class PictureOnDisk(string path) : PictureInput
{
    public string Path => path;
}

/// <summary>The bytes of a picture file.</summary>
internal sealed class PictureInMemory(ReadOnlyMemory<byte> file) : PictureInput
{
    public ReadOnlyMemory<byte> File => file;
}

/// <summary>A stream that is read once.</summary>
internal sealed class PictureInStream(Stream stream) : PictureInput
{
    private int _taken;

    /// <summary>The stream, for who asks first.</summary>
    /// <exception cref="InvalidOperationException">It has been read.</exception>
    public Stream Take() => Interlocked.Exchange(ref _taken, 1) == 0
        ? stream
        : throw new InvalidOperationException("The stream of this picture has been read: a stream serves one call.");
}
