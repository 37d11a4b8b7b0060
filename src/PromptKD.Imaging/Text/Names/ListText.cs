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
            _ when WhatItIs(bytes) is { } other => throw new PromptKDException(
                $"{path}: {other}, not a list of class names. Save the names as a text in UTF-8, one a line."),
            _ when bytes.Contains((byte)0) => throw new PromptKDException(
                $"{path}: not a text in UTF-8: it holds zero bytes, as UTF-16 without its mark does. Save it as "
                + "UTF-8."),
            _ => DecodeUtf8(path, bytes),
        };
    }

    // What people save or download in place of a text.
    private static string? WhatItIs(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> text = bytes.TrimStart(" \t\r\n"u8);
        return bytes switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] => "an Excel workbook, a Word document or another archive",
            [0xD0, 0xCF, 0x11, 0xE0, ..] => "an old Excel workbook or Word document",
            [0x1F, 0x8B, ..] => "a file compressed by gzip",
            _ when text.StartsWith("%PDF-"u8) => "a PDF document",
            _ when text.StartsWith("{\\rtf"u8) => "a document in RTF",
            _ when text is [(byte)'<', (byte)'!' or (byte)'?' or (>= (byte)'A' and <= (byte)'z'), ..] =>
                "a web page or XML",
            _ => null,
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
            $"{path}:{line}: the byte 0x{bytes[read]:X2} is not UTF-8. In Windows-1252 the line is {asWindows}. Save "
            + "the file as UTF-8.");
    }
}
