using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PromptKD.Runtime;

/// <summary>
/// Digests of files as text, a line a file: size in bytes, ticks of the change (UTC), digest, full path; between tabs,
/// in the ordinal order of the paths; then a line with the SHA-256 of all before it.
/// </summary>
internal static class DigestTable
{
    private const int HashDigits = 64;
    private const string CheckMark = "sha256\t";

    private static readonly SearchValues<char> s_hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>Writes a table.</summary>
    /// <param name="stream">Stays open.</param>
    /// <param name="entries">By full path, in their ordinal order.</param>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, RememberedDigest>> entries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), bufferSize: 1 << 16, leaveOpen: true);
        foreach ((string path, RememberedDigest entry) in entries)
        {
            string line = string.Create(
                CultureInfo.InvariantCulture, $"{entry.Stamp.Length}\t{entry.Stamp.Ticks}\t{entry.Digest}\t{path}\n");
            hash.AppendData(Encoding.UTF8.GetBytes(line));
            writer.Write(line);
        }

        writer.Write($"{CheckMark}{Convert.ToHexStringLower(hash.GetHashAndReset())}\n");
    }

    /// <summary>Reads a file. One that is missing, damaged or may not be read holds nothing.</summary>
    /// <param name="path">The text file.</param>
    public static ConcurrentDictionary<string, RememberedDigest> Read(string path)
    {
        var known = new ConcurrentDictionary<string, RememberedDigest>(StringComparer.Ordinal);
        try
        {
            if (File.Exists(path) && !Read(RegularFile.ReadLines(path), known))
            {
                known.Clear();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            known.Clear();
        }

        return known;
    }

    /// <summary>Reads lines.</summary>
    /// <param name="lines">Of a whole table.</param>
    /// <param name="known">Takes up what they say.</param>
    /// <returns>
    /// False where they are damaged, or somebody has changed them: a wrong digest must not be taken for a right one.
    /// </returns>
    public static bool Read(IEnumerable<string> lines, ConcurrentDictionary<string, RememberedDigest> known)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool isWhole = false;
        foreach (string line in lines)
        {
            if (isWhole)
            {
                return false;
            }

            if (line.StartsWith(CheckMark, StringComparison.Ordinal))
            {
                isWhole = line.AsSpan(CheckMark.Length).SequenceEqual(Convert.ToHexStringLower(hash.GetHashAndReset()));
            }
            else if (Parse(line) is not { } entry || !known.TryAdd(entry.Key, entry.Value))
            {
                return false;
            }
            else
            {
                hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
            }
        }

        return isWhole;
    }

    /// <summary>Whether a text ends in 64 lower-case hexadecimal digits and has no tabs or line breaks.</summary>
    public static bool IsDigest(string text) =>
        text.Length >= HashDigits
        && !text.AsSpan(text.Length - HashDigits).ContainsAnyExcept(s_hexadecimal)
        && !text.AsSpan().ContainsAny('\t', '\n', '\r');

    private static KeyValuePair<string, RememberedDigest>? Parse(string line)
    {
        string[] columns = line.Split('\t', 4);
        return columns.Length == 4
            && long.TryParse(columns[0], NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            && long.TryParse(columns[1], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
            && IsDigest(columns[2])
            ? KeyValuePair.Create(columns[3], new RememberedDigest(new FileStamp(length, ticks), columns[2]))
            : null;
    }
}

/// <summary>A digest, and what the file was like when it was computed.</summary>
/// <param name="Stamp">Its size and time of change.</param>
/// <param name="Digest">SHA-256, with or without something before it.</param>
internal sealed record RememberedDigest(FileStamp Stamp, string Digest);
