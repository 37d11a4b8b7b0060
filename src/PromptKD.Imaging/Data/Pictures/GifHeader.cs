using System.Buffers.Binary;

namespace PromptKD.Data.Pictures;

/// <summary>
/// What the decoder of GIF files cannot be told: that transparent pixels have a colour too, the one that their number
/// has in the palette, and so has what the first picture leaves free of the canvas.
/// </summary>
/// <remarks>Places are those of the GIF89a specification, sections 17 to 23.</remarks>
internal static class GifHeader
{
    private const int ScreenFlagsPlace = 10;
    private const int ScreenLength = 13;
    private const byte HasPalette = 0x80;
    private const byte PaletteSizeMask = 7;
    private const int PictureLength = 10;
    private const byte Picture = 0x2C;
    private const byte Extension = 0x21;
    private const byte GraphicControl = 0xF9;
    private const byte IsTransparent = 1;

    /// <summary>The same picture without transparency: the file itself if it has none, or is no GIF.</summary>
    public static ReadOnlySpan<byte> AsOpaque(ReadOnlySpan<byte> file)
    {
        int place = TransparencyPlace(file);
        if (place < 0)
        {
            return file;
        }

        byte[] opaque = file.ToArray();
        opaque[place] = (byte)(opaque[place] & ~IsTransparent);
        return opaque;
    }

    /// <summary>
    /// Where the first picture of a GIF file lies on its canvas, and which colour Pillow gives the rest of it: that of
    /// the transparent number, or else of number 0.
    /// </summary>
    /// <returns>Null where the picture fills the canvas, or the file is no GIF.</returns>
    public static GifMargin? MarginOf(ReadOnlySpan<byte> file)
    {
        int place = FirstPicture(file, out int transparency);
        if (place < 0 || place + PictureLength > file.Length)
        {
            return null;
        }

        ReadOnlySpan<byte> picture = file[(place + 1)..];
        (ushort left, ushort top) = (Half(picture), Half(picture[2..]));
        (ushort width, ushort height) = (Half(picture[4..]), Half(picture[6..]));
        if (left == 0 && top == 0 && width >= Half(file[6..]) && height >= Half(file[8..]))
        {
            return null;
        }

        int number = transparency < 0 ? 0 : file[transparency + 3];
        bool isLocal = (picture[8] & HasPalette) != 0;
        int palette = isLocal ? place + PictureLength : ScreenLength;
        bool hasPalette = isLocal || (file[ScreenFlagsPlace] & HasPalette) != 0;
        int colour = palette + (3 * number);
        return hasPalette && colour + 3 <= file.Length
            ? new GifMargin(left, top, width, height, file[colour], file[colour + 1], file[colour + 2])
            : new GifMargin(left, top, width, height, (byte)number, (byte)number, (byte)number);
    }

    /// <summary>The place of the flags that make pixels of the first picture transparent; −1 where nothing does.
    /// </summary>
    private static int TransparencyPlace(ReadOnlySpan<byte> file)
    {
        FirstPicture(file, out int transparency);
        return transparency;
    }

    /// <summary>The place of the first picture, behind the blocks that belong to it; −1 where there is none.</summary>
    /// <param name="file">The file.</param>
    /// <param name="transparency">As <see cref="TransparencyPlace"/> gives it.</param>
    private static int FirstPicture(ReadOnlySpan<byte> file, out int transparency)
    {
        transparency = -1;
        if (file.Length < ScreenLength || !file.StartsWith("GIF8"u8))
        {
            return -1;
        }

        byte flags = file[ScreenFlagsPlace];
        int paletteBytes = (flags & HasPalette) == 0 ? 0 : 3 << ((flags & PaletteSizeMask) + 1);
        int place = ScreenLength + paletteBytes;
        while (place + 3 < file.Length && file[place] == Extension)
        {
            if (transparency < 0 && file[place + 1] == GraphicControl && (file[place + 3] & IsTransparent) != 0)
            {
                transparency = place + 3;
            }

            place = SkipBlocks(file, place + 2);
        }

        return place < file.Length && file[place] == Picture ? place : -1;
    }

    private static ushort Half(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    /// <summary>The place after a row of blocks, each of which begins with its length and the last of which is empty.
    /// </summary>
    private static int SkipBlocks(ReadOnlySpan<byte> file, int place)
    {
        while (place < file.Length && file[place] != 0)
        {
            place += file[place] + 1;
        }

        return place + 1;
    }
}

/// <summary>Where a GIF's first picture lies on its canvas, in pixels, and the colour around it.</summary>
internal sealed record GifMargin(int Left, int Top, int Width, int Height, byte Red, byte Green, byte Blue)
{
    /// <summary>Paints the margin.</summary>
    /// <param name="pixels">[height, width, 4].</param>
    /// <param name="canvasWidth">Width of the canvas, in pixels.</param>
    public void Paint(Span<byte> pixels, int canvasWidth)
    {
        for (int place = 0; place < pixels.Length / 4; place++)
        {
            (int row, int column) = Math.DivRem(place, canvasWidth);
            if (row < Top || row >= Top + Height || column < Left || column >= Left + Width)
            {
                Span<byte> pixel = pixels.Slice(place * 4, 4);
                (pixel[0], pixel[1], pixel[2]) = (Red, Green, Blue);
            }
        }
    }
}
