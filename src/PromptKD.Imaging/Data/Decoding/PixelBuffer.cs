using System.Buffers;
using System.Runtime.InteropServices;

namespace PromptKD.Data.Decoding;

/// <summary>
/// A picture of 8-bit pixels (red, green, blue, and a fourth byte that is ignored) in pooled memory; a huge one in
/// memory that goes back to the system at once.
/// </summary>
internal sealed class PixelBuffer : IDisposable
{
    /// <summary>Bytes of one pixel.</summary>
    public const int PixelBytes = 4;

    /// <summary>
    /// Bytes after the last row that may be read but mean nothing, so that vectors need no tail loop.
    /// </summary>
    public const int Padding = 32;

    /// <summary>
    /// The pool keeps what it is given: a picture of more bytes would stay, once somebody has sent one.
    /// </summary>
    internal const int LargestPooled = 128 << 20;

    private readonly int _size;
    private byte[]? _bytes;
    private nint _unpooled;

    private PixelBuffer(int width, int height, int rowBytes)
    {
        Width = width;
        Height = height;
        RowBytes = rowBytes;
        _size = (height * rowBytes) + Padding;
        if (_size <= LargestPooled)
        {
            GC.SuppressFinalize(this);
            _bytes = ArrayPool<byte>.Shared.Rent(_size);
        }
        else
        {
            _unpooled = Marshal.AllocHGlobal(_size);
        }
    }

    /// <summary>Frees what nobody disposed.</summary>
    ~PixelBuffer() => FreeUnpooled();

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public int RowBytes { get; }

    /// <summary>All rows, top first, and <see cref="Padding"/>.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public unsafe Span<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_bytes is null && _unpooled == 0, this);
            return _bytes is null ? new Span<byte>((void*)_unpooled, _size) : _bytes.AsSpan(0, _size);
        }
    }

    /// <summary>A picture whose rows follow each other without a gap.</summary>
    /// <exception cref="InvalidDataException">It needs more bytes than one array holds.</exception>
    public static PixelBuffer Dense(int width, int height) => Create(width, height, (long)width * PixelBytes);

    /// <summary>A picture whose rows are a whole number of 32-byte vectors long.</summary>
    /// <exception cref="InvalidDataException">As <see cref="Dense"/>.</exception>
    public static PixelBuffer Aligned(int width, int height) =>
        Create(width, height, ((long)width * PixelBytes) + 31 & ~31L);

    /// <summary>Copies red, green and blue of each pixel, without a gap.</summary>
    /// <param name="target">Receives [height, width, 3] bytes.</param>
    public void CopyColours(Span<byte> target)
    {
        const int Colours = 3;
        for (int row = 0; row < Height; row++)
        {
            ReadOnlySpan<byte> pixels = Bytes.Slice(row * RowBytes, Width * PixelBytes);
            Span<byte> colours = target.Slice(row * Width * Colours, Width * Colours);
            for (int column = 0; column < Width; column++)
            {
                pixels.Slice(column * PixelBytes, Colours).CopyTo(colours[(column * Colours)..]);
            }
        }
    }

    /// <summary>Red, green and blue of each pixel, without a gap, [height, width, 3].</summary>
    public byte[] ToColours()
    {
        byte[] colours = new byte[Width * Height * 3];
        CopyColours(colours);
        return colours;
    }

    /// <summary>Returns the memory to the pool.</summary>
    public void Dispose()
    {
        if (_bytes is { } bytes)
        {
            _bytes = null;
            ArrayPool<byte>.Shared.Return(bytes);
        }

        FreeUnpooled();
        GC.SuppressFinalize(this);
    }

    private void FreeUnpooled() => Marshal.FreeHGlobal(Interlocked.Exchange(ref _unpooled, 0));

    private static PixelBuffer Create(int width, int height, long rowBytes) =>
        (rowBytes * height) + Padding <= Array.MaxLength
            ? new PixelBuffer(width, height, (int)rowBytes)
            : throw new InvalidDataException($"{width}×{height} pixels do not fit in memory");
}
