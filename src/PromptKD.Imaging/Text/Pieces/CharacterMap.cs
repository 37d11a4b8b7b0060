using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PromptKD.Text.Pieces;

/// <summary>
/// Sentencepiece's precompiled table of what characters are replaced by: a trie of UTF-8 bytes in a double array, then
/// the
/// replacements, each ended by a zero.
/// </summary>
/// <remarks>The array is that of darts-clone: bits of a unit say its byte, where its children lie, and whether it ends
/// a key.
/// </remarks>
internal sealed class CharacterMap
{
    private const int LongestGrapheme = 6;

    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <param name="bytes">As the file has them; empty for a table that replaces nothing.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="PromptKDException">They are cut short.</exception>
    public CharacterMap(ReadOnlySpan<byte> bytes, string source)
    {
        if (bytes.IsEmpty)
        {
            _units = [];
            _replacements = [];
            return;
        }

        uint length = bytes.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : uint.MaxValue;
        if (length > bytes.Length - sizeof(uint) || length % sizeof(uint) != 0 || length == 0)
        {
            throw new PromptKDException($"{source}: its table of characters is damaged. Fetch the file again.");
        }

        _units = new uint[length / sizeof(uint)];
        for (int index = 0; index < _units.Length; index++)
        {
            _units[index] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[((index + 1) * sizeof(uint))..]);
        }

        _replacements = bytes[(int)(sizeof(uint) + length)..].ToArray();
    }

    /// <summary>Replaces what the table has, the longest beginning first, as sentencepiece does.</summary>
    public string Replace(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        using var result = new MemoryStream();
        for (int place = 0; place < bytes.Length;)
        {
            (int length, int replacement) = Find(bytes.AsSpan(place), longest: true);
            if (length > 0)
            {
                result.Write(ReplacementAt(replacement));
                place += length;
                continue;
            }

            Rune.DecodeFromUtf8(bytes.AsSpan(place), out _, out int plain);
            result.Write(bytes, place, plain);
            place += plain;
        }

        return Encoding.UTF8.GetString(result.ToArray());
    }

    /// <summary>
    /// Replaces as the tokenizers library does: short graphemes as a whole, by the shortest beginning that the table
    /// has;
    /// of longer ones each character.
    /// </summary>
    public string ReplaceByGrapheme(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (string grapheme in Graphemes(text))
        {
            byte[] bytes = Encoding.UTF8.GetBytes(grapheme);
            if (bytes.Length < LongestGrapheme && TryReplace(bytes) is { } whole)
            {
                result.Append(whole);
                continue;
            }

            foreach (Rune rune in grapheme.EnumerateRunes())
            {
                string letter = rune.ToString();
                result.Append(TryReplace(Encoding.UTF8.GetBytes(letter)) ?? letter);
            }
        }

        return result.ToString();
    }

    private static IEnumerable<string> Graphemes(string text)
    {
        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            yield return elements.GetTextElement();
        }
    }

    private string? TryReplace(byte[] bytes)
    {
        (int length, int replacement) = Find(bytes, longest: false);
        return length == 0 ? null : Encoding.UTF8.GetString(ReplacementAt(replacement));
    }

    private ReadOnlySpan<byte> ReplacementAt(int offset)
    {
        ReadOnlySpan<byte> rest = offset <= _replacements.Length ? _replacements.AsSpan(offset) : [];
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    // Bytes of the key that was found, 0 for none, and where its replacement lies.
    private (int Length, int Replacement) Find(ReadOnlySpan<byte> bytes, bool longest)
    {
        const uint LabelBits = 0x8000_00FF;
        const uint LeafBit = 0x100;
        const uint ValueBits = 0x7FFF_FFFF;
        (int, int) found = (0, 0);
        uint node = _units.Length == 0 ? 0 : OffsetOf(_units[0]);
        for (int index = 0; index < bytes.Length && _units.Length > 0; index++)
        {
            node ^= bytes[index];
            if (node >= _units.Length || (_units[node] & LabelBits) != bytes[index])
            {
                break;
            }

            uint unit = _units[node];
            node ^= OffsetOf(unit);
            if ((unit & LeafBit) != 0 && node < _units.Length)
            {
                found = (index + 1, (int)(_units[node] & ValueBits));
                if (!longest)
                {
                    break;
                }
            }
        }

        return found;
    }

    private static uint OffsetOf(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
