using System.Buffers;
using System.Text;
using System.Text.Unicode;
using PromptKD.Runtime;
using PromptKD.Text.Cleaning;

namespace PromptKD.Text.Names;

/// <summary>Reads a file of names as text, and refuses what is none: no letter is lost in silence.</summary>
internal static class ListText
{
    private const int MostBytes = 16 << 20;

    /// <summary>The text of a file: UTF-8, or UTF-16 or UTF-32 that begins with its mark.</summary>
    /// <exception cref="PromptKDException">It cannot be read, is no text, or is in another encoding.</exception>
    public static string Read(string path)
    {
        byte[] bytes = RegularFile.Explain(path, ReadBytes);
        return bytes switch
        {
            [0xEF, 0xBB, 0xBF, .. var rest] => DecodeUtf8(path, rest),
            [0xFF, 0xFE, 0, 0, ..] => Decode(path, bytes, new UTF32Encoding(false, true, true)),
            [0, 0, 0xFE, 0xFF, ..] => Decode(path, bytes, new UTF32Encoding(true, true, true)),
            [0xFF, 0xFE, ..] => Decode(path, bytes, new UnicodeEncoding(false, true, true)),
            [0xFE, 0xFF, ..] => Decode(path, bytes, new UnicodeEncoding(true, true, true)),
            [(byte)'P', (byte)'K', 3, 4, ..] => throw new PromptKDException(
                $"{path}: an Excel workbook or another archive, not a text. Save the list as CSV in UTF-8."),
            _ when bytes.Contains((byte)0) => throw new PromptKDException(
                $"{path}: not a text in UTF-8: it holds zero bytes, as UTF-16 without its mark does. Save it as UTF-8."),
            _ => DecodeUtf8(path, bytes),
        };
    }

    private static byte[] ReadBytes(string path)
    {
        using FileStream stream = RegularFile.Open(path);
        if (stream.Length > MostBytes)
        {
            throw new PromptKDException(
                $"{path}: {stream.Length} bytes are too many for a list of class names (up to {MostBytes}).");
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string Decode(string path, byte[] bytes, Encoding encoding)
    {
        try
        {
            int mark = encoding.Preamble.Length;
            return encoding.GetString(bytes, mark, bytes.Length - mark);
        }
        catch (DecoderFallbackException error)
        {
            throw new PromptKDException(
                $"{path}: begins as {encoding.WebName} does, but is not. Save it as UTF-8.", error);
        }
    }

    private static string DecodeUtf8(string path, ReadOnlySpan<byte> bytes)
    {
        char[] letters = new char[bytes.Length];
        OperationStatus status = Utf8.ToUtf16(
            bytes, letters, out int read, out int written, replaceInvalidSequences: false);
        if (status == OperationStatus.Done)
        {
            return new string(letters, 0, written);
        }

        int line = bytes[..read].Count((byte)'\n') + 1;
        int start = bytes[..read].LastIndexOf((byte)'\n') + 1;
        int length = bytes[read..].IndexOf((byte)'\n') is var end and >= 0 ? read - start + end : bytes.Length - start;
        string asWindows = ListedName.Show(Windows1252.Decode(bytes.Slice(start, length)).Trim());
        throw new PromptKDException(
            $"{path}:{line}: the byte 0x{bytes[read]:X2} is not UTF-8. In Windows-1252 the line is {asWindows}. Save the "
            + "file as UTF-8.");
    }
}
