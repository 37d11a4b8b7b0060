using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace PromptKD.Text.Cleaning;

/// <summary>Recognises UTF-8 that was read as Windows-1252.</summary>
internal static class Mojibake
{
    /// <summary>
    /// Whether some characters, written as Windows-1252, are the bytes of a UTF-8 sequence. Real text has such pairs
    /// too ("CAFÉ’S"), so one sequence counts only behind a character that hardly ever precedes a symbol; behind any
    /// other, it takes two sequences side by side.
    /// </summary>
    public static bool IsLikely(string text)
    {
        Span<byte> bytes = stackalloc byte[4];
        int endOfLast = -1;
        for (int index = 0; index < text.Length; index++)
        {
            int length = SequenceLength(text.AsSpan(index), bytes);
            if (length < 2)
            {
                continue;
            }

            if (IsTelling(bytes[0]) || index == endOfLast)
            {
                return true;
            }

            endOfLast = index + length;
            index = endOfLast - 1;
        }

        return false;
    }

    /// <summary>The text before it was misread; null where some of it was not.</summary>
    public static string? Undo(string text)
    {
        byte?[] bytes = [.. text.Select(Windows1252.ByteOf)];
        byte[] known = [.. bytes.OfType<byte>()];
        return known.Length == bytes.Length && Utf8.IsValid(known) ? Encoding.UTF8.GetString(known) : null;
    }

    /// <summary>Lead bytes of accented Latin (Â Ã Ä Å), punctuation (â), kana (ã), U+FEFF (ï), emoji (ð).</summary>
    private static bool IsTelling(byte lead) => lead is >= 0xC2 and <= 0xC5 or 0xE2 or 0xE3 or 0xEF or 0xF0;

    /// <summary>How many characters, from the first, make one UTF-8 sequence of several bytes; else 0.</summary>
    private static int SequenceLength(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        int count = 0;
        while (count < Math.Min(4, text.Length) && Windows1252.ByteOf(text[count]) is { } value)
        {
            bytes[count++] = value;
        }

        OperationStatus status = Rune.DecodeFromUtf8(bytes[..count], out _, out int consumed);
        return status == OperationStatus.Done && consumed > 1 ? consumed : 0;
    }
}
