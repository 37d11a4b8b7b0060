using ImageMagick;
using PromptKD.Data.Decoding;

namespace PromptKD.Decoders;

/// <summary>The main picture of a HEIC or AVIF file. Its turns are part of the format, and done in decoding.</summary>
internal sealed class HeifPicture : IOpenPicture
{
    private const ulong MaxSide = 65_535;
    private const ulong MaxMemory = 2UL << 30;

    // ImageMagick's library is large: it is loaded by the first picture that needs it.
    private static readonly Lazy<Exception?> s_obstacle = new(Prepare);

    private readonly byte[] _file;

    private HeifPicture(byte[] file, IMagickImage<byte> header)
    {
        _file = file;
        Width = (int)header.Width;
        Height = (int)header.Height;
        BitDepth = (int)header.Depth;
    }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public int Height { get; }

    /// <summary>Always upright: what EXIF says of such a file is what decoding has done already.</summary>
    public int Orientation => 1;

    /// <inheritdoc/>
    public int BitDepth { get; }

    /// <summary>Reads the header only.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or ImageMagick does not run here.</exception>
    public static HeifPicture Open(byte[] file)
    {
        if (s_obstacle.Value is { } obstacle)
        {
            throw new InvalidDataException(
                $"a HEIC or AVIF picture, and ImageMagick, which reads them, does not run here ({obstacle.Message})",
                obstacle);
        }

        using var header = new MagickImage();
        Guard(() => header.Ping(file, Settings()));
        return new HeifPicture(file, header);
    }

    /// <inheritdoc/>
    public void Decode(Span<byte> pixels, bool scaleGrey16)
    {
        using var image = new MagickImage();
        Guard(() => image.Read(_file, Settings()));
        if (image.Width != Width || image.Height != Height)
        {
            throw new InvalidDataException("a damaged picture: its header says another size than its pixels have");
        }

        using IPixelCollection<byte> all = image.GetPixels();
        byte[] rgba = all.ToByteArray(PixelMapping.RGBA)!;
        rgba.CopyTo(pixels);
    }

    /// <summary>Nothing is held between the two.</summary>
    public void Dispose()
    {
    }

    /// <summary>
    /// Bounds what ImageMagick may take. It has a limit of time, too, but counts that from its first picture on, and
    /// would stop a training after hours; a picture's work is bounded by its pixels.
    /// </summary>
    private static Exception? Prepare()
    {
        try
        {
            ResourceLimits.Thread = 1;
            ResourceLimits.Width = MaxSide;
            ResourceLimits.Height = MaxSide;
            ResourceLimits.Memory = MaxMemory;
            ResourceLimits.MaxMemoryRequest = MaxMemory;
            ResourceLimits.Area = MaxMemory;
            ResourceLimits.Disk = 0;
            return null;
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException)
        {
            return error;
        }
    }

    private static MagickReadSettings Settings() =>
        new() { Format = MagickFormat.Heic, FrameIndex = 0, FrameCount = 1 };

    private static void Guard(Action read)
    {
        try
        {
            read();
        }
        catch (MagickException error)
        {
            throw new InvalidDataException(
                $"a damaged HEIC or AVIF picture, or it is cut short ({Cause(error)})", error);
        }
    }

    /// <summary>
    /// The message on one line, without libheif's number, the temporary file that ImageMagick made of the bytes, and
    /// the place in its source.
    /// </summary>
    private static string Cause(MagickException error) =>
        error.Message.ReplaceLineEndings(" ").Split(["  (", " `", " @ "], 2, StringSplitOptions.None)[0].Trim();
}
