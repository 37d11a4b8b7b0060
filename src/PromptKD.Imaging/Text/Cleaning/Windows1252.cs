namespace PromptKD.Text.Cleaning;

/// <summary>The code page Windows-1252: what the bytes 0x80 to 0x9F mean there. Elsewhere it is Latin-1.</summary>
internal static class Windows1252
{
    // Zero where the code page defines nothing.
    private const string Characters =
        "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";

    /// <summary>The character of a byte in 0x80..0x9F, or null where the code page has none.</summary>
    public static char? CharacterOf(int value) => Characters[value - 0x80] is var c and not '\0' ? c : null;

    /// <summary>The byte that stands for a character; where nothing is defined, that of Latin-1.</summary>
    /// <returns>0 to 255, or null where the character has no byte.</returns>
    public static byte? ByteOf(char c)
    {
        if (c <= '\u00ff')
        {
            return (byte)c;
        }

        int index = Characters.IndexOf(c, StringComparison.Ordinal);
        return index < 0 ? null : (byte)(0x80 + index);
    }

    /// <summary>Bytes as this code page reads them; where it defines nothing, as Latin-1 does.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var letters = new System.Text.StringBuilder(bytes.Length);
        foreach (byte value in bytes)
        {
            letters.Append(value is >= 0x80 and < 0xA0 ? CharacterOf(value) ?? (char)value : (char)value);
        }

        return letters.ToString();
    }
}
