namespace PromptKD.Data.Pictures;

/// <summary>
/// The one thing about GIF files that the decoder cannot be told: that transparent pixels have a colour too, the one
/// that their number has in the palette.
/// </summary>
/// <remarks>Places are those of the GIF89a specification, sections 17 to 23.</remarks>
internal static class GifHeader
{
    private const int ScreenFlagsPlace = 10;
    private const int ScreenLength = 13;
    private const byte HasPalette = 0x80;
    private const byte PaletteSizeMask = 7;
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

    /// <summary>The place of the flags that make pixels of the first picture transparent; −1 where nothing does.
    /// </summary>
    private static int TransparencyPlace(ReadOnlySpan<byte> file)
    {
        if (file.Length < ScreenLength || !file.StartsWith("GIF8"u8))
        {
            return -1;
        }

        byte flags = file[ScreenFlagsPlace];
        int paletteBytes = (flags & HasPalette) == 0 ? 0 : 3 << ((flags & PaletteSizeMask) + 1);
        int place = ScreenLength + paletteBytes;
        while (place + 3 < file.Length && file[place] == Extension)
        {
            if (file[place + 1] == GraphicControl && (file[place + 3] & IsTransparent) != 0)
            {
                return place + 3;
            }

            place = SkipBlocks(file, place + 2);
        }

        return -1;
    }

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
