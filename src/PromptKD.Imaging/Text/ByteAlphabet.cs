namespace PromptKD.Text;

/// <summary>
/// How a vocabulary writes bytes: each has one visible character. Bytes that are visible in Latin-1 stand for
/// themselves; the others, in order, are written from U+0100 on.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_characters = new char[256];
    private static readonly Dictionary<char, byte> s_bytes;

    static ByteAlphabet()
    {
        int[] all = [.. Enumerable.Range(0, 256)];
        int[] hidden = [.. all.Where(value => !IsVisible(value))];
        Bytes = [.. all.Where(IsVisible).Concat(hidden).Select(value => (byte)value)];
        foreach (int value in all)
        {
            s_characters[value] = (char)(IsVisible(value) ? value : 0x100 + Array.IndexOf(hidden, value));
        }

        s_bytes = all.ToDictionary(value => s_characters[value], value => (byte)value);
    }

    /// <summary>All bytes in the order of the vocabulary: the visible ones first.</summary>
    public static IReadOnlyList<byte> Bytes { get; }

    /// <summary>The character that stands for a byte.</summary>
    public static char CharacterOf(byte value) => s_characters[value];

    /// <summary>The bytes of a symbol, which is made of characters of this alphabet only.</summary>
    public static byte[] ToBytes(string symbol) => [.. symbol.Select(c => s_bytes[c])];

    private static bool IsVisible(int value) =>
        value is (>= '!' and <= '~') or (>= '¡' and <= '¬') or (>= '®' and <= 'ÿ');
}
