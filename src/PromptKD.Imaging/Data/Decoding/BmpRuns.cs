namespace PromptKD.Data.Decoding;

/// <summary>
/// Run-length coded BMP pixels (BI_RLE8, BI_RLE4). What the runs skip has the palette's first colour.
/// </summary>
internal static class BmpRuns
{
    private const byte EndOfRow = 0;
    private const byte EndOfPicture = 1;
    private const byte Skip = 2;

    /// <summary>Unpacks the numbers of all pixels.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="header">What its head says.</param>
    /// <returns>[height, width], the lower row first.</returns>
    /// <exception cref="InvalidDataException">The runs end before the picture does.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> file, BmpHeader header)
    {
        byte[] places = new byte[header.Width * header.Height];
        bool isHalf = header.Compression == BmpHeader.Storage.Runs4;
        int from = header.Pixels, column = 0, row = 0;
        while (row < header.Height)
        {
            (byte count, byte value) = (At(file, from), At(file, from + 1));
            from += 2;
            if (count > 0)
            {
                Put(count, [value], isRun: true);
                continue;
            }

            switch (value)
            {
                case EndOfRow:
                    (column, row) = (0, row + 1);
                    break;
                case EndOfPicture:
                    return places;
                case Skip:
                    (column, row) = (column + At(file, from), row + At(file, from + 1));
                    from += 2;
                    break;
                default:
                    int bytes = isHalf ? (value + 1) / 2 : value;
                    At(file, from + bytes - 1);
                    Put(value, file.Slice(from, bytes), isRun: false);
                    from += (bytes + 1) & ~1;
                    break;
            }
        }

        return places;

        void Put(int count, ReadOnlySpan<byte> values, bool isRun)
        {
            for (int index = 0; index < count; index++, column++)
            {
                if (column >= header.Width)
                {
                    continue;
                }

                byte two = values[isRun ? 0 : isHalf ? index / 2 : index];
                places[(row * header.Width) + column] = !isHalf ? two
                    : (byte)(index % 2 == 0 ? two >> 4 : two & 0xF);
            }
        }
    }

    private static byte At(ReadOnlySpan<byte> file, int place) => place < file.Length
        ? file[place]
        : throw new InvalidDataException("the file is cut short: only part of the picture can be decoded");
}
