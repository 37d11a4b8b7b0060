using System.Text;

namespace PromptKD.Data.Shards;

/// <summary>
/// One header block of a tar archive, as far as reading needs it: owners, modes and times are not looked at, so odd
/// ones do no harm.
/// </summary>
/// <remarks>POSIX.1-2017, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".</remarks>
internal readonly record struct TarHeader(char Type, string Name, string Target, long Size)
{
    /// <summary>Bytes of a header; everything in an archive begins at a multiple of them.</summary>
    public const int Length = 512;

    private const int NameLength = 100;
    private const int SizePlace = 124;
    private const int SizeLength = 12;
    private const int SumPlace = 148;
    private const int SumLength = 8;
    private const int TypePlace = 156;
    private const int TargetPlace = 157;
    private const int MagicPlace = 257;
    private const int PrefixPlace = 345;
    private const int PrefixLength = 155;
    private const byte Base256 = 0x80;

    /// <summary>Reads a block.</summary>
    /// <param name="block">512 bytes.</param>
    /// <exception cref="InvalidDataException">It is no header: the message says why.</exception>
    public static TarHeader Read(ReadOnlySpan<byte> block)
    {
        if (!HasItsSum(block))
        {
            throw new InvalidDataException("the sum of a header is wrong");
        }

        string name = Text(block[..NameLength]);

        // GNU tar and the oldest archives have other things in the place of the prefix.
        if (block.Slice(MagicPlace, 8).SequenceEqual("ustar\000"u8) && block[PrefixPlace] != 0)
        {
            name = $"{Text(block.Slice(PrefixPlace, PrefixLength))}/{name}";
        }

        return new TarHeader(
            (char)block[TypePlace],
            name,
            Text(block.Slice(TargetPlace, NameLength)),
            Number(block.Slice(SizePlace, SizeLength)));
    }

    /// <summary>Whether a block is a header: whether it has the sum of its own bytes.</summary>
    public static bool HasItsSum(ReadOnlySpan<byte> block)
    {
        long unsigned = SumLength * ' ';
        long signed = SumLength * ' ';
        for (int place = 0; place < Length; place++)
        {
            if (place is < SumPlace or >= SumPlace + SumLength)
            {
                unsigned += block[place];
                signed += (sbyte)block[place];
            }
        }

        // Some old programs added signed bytes.
        return TryNumber(block.Slice(SumPlace, SumLength), out long stated) && (stated == unsigned || stated == signed);
    }

    /// <summary>A field's letters, up to the first zero.</summary>
    public static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private static long Number(ReadOnlySpan<byte> field) => TryNumber(field, out long number)
        ? number
        : throw new InvalidDataException("the size of a member is no number");

    /// <summary>
    /// Digits in base 8 among blanks and zeros; or, where the first bit is set, bytes of a number in base 256.
    /// </summary>
    private static bool TryNumber(ReadOnlySpan<byte> field, out long number)
    {
        number = 0;
        if ((field[0] & Base256) != 0)
        {
            return TryBase256(field, out number);
        }

        ReadOnlySpan<byte> digits = field.TrimStart(" \0"u8);
        int end = digits.IndexOfAny((byte)' ', (byte)0);
        foreach (byte digit in end < 0 ? digits : digits[..end])
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return false;
            }

            number = (number << 3) | (long)(digit - '0');
        }

        return true;
    }

    private static bool TryBase256(ReadOnlySpan<byte> field, out long number)
    {
        number = field[0] & (Base256 - 1);
        foreach (byte part in field[1..])
        {
            if (number > long.MaxValue >> 8)
            {
                return false; // Too large, or negative.
            }

            number = (number << 8) | part;
        }

        return true;
    }
}
