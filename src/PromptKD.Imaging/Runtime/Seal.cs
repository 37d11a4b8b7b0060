using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace PromptKD.Runtime;

/// <summary>
/// The digest that a file carries of itself: SHA-256 of all its bytes, with zeros in the place of the digest's own 64
/// digits. It covers the structure (names, shapes, types, texts) as well as the values. Against damage, not against
/// forgery: whoever changes a file on purpose can seal it again.
/// </summary>
internal static class Seal
{
    /// <summary>Length of a digest in hexadecimal.</summary>
    public const int Digits = 64;

    private const int DigitsShown = 12;

    private static readonly SearchValues<char> s_hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>What stands in the place of the digest until it is known.</summary>
    public static string Blank { get; } = new('0', Digits);

    /// <summary>Whether a text is a digest.</summary>
    public static bool IsDigest(ReadOnlySpan<char> text) =>
        text.Length == Digits && !text.ContainsAnyExcept(s_hexadecimal);

    /// <summary>Seals a file that is written but for its digest.</summary>
    /// <param name="stream">The file, whole, to be read and written; it is left at its end.</param>
    /// <param name="place">Where the digits stand, bytes from the start.</param>
    /// <returns>The digest.</returns>
    public static string Apply(Stream stream, long place)
    {
        string digest = Compute(stream, place);
        stream.Position = place;
        stream.Write(Encoding.ASCII.GetBytes(digest));
        stream.Position = stream.Length;
        return digest;
    }

    /// <summary>The digest that a file should carry.</summary>
    /// <param name="stream">The file, read from its start to its end, in parts.</param>
    /// <param name="place">Where the digits stand, bytes from the start.</param>
    public static string Compute(Stream stream, long place)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            stream.Position = 0;
            long position = 0;
            for (int count = stream.Read(buffer); count > 0; count = stream.Read(buffer))
            {
                long first = Math.Clamp(place - position, 0, count);
                long end = Math.Clamp(place + Digits - position, 0, count);
                buffer.AsSpan((int)first, (int)(end - first)).Fill((byte)'0');
                hash.AppendData(buffer, 0, count);
                position += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What is wrong with a sealed file, in words; null where nothing is.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="place">Where the digits stand, bytes from the start.</param>
    /// <param name="expected">The digest that it carries.</param>
    public static string? FindFault(Stream stream, long place, string expected) =>
        DescribeOther(Compute(stream, place), expected);

    /// <summary>Says that two digests differ; null where they do not.</summary>
    /// <param name="found">What was computed.</param>
    /// <param name="expected">What it should be.</param>
    public static string? DescribeOther(string found, string expected) =>
        found == expected ? null : $"its digest is {Shorten(found)}, expected {Shorten(expected)}";

    private static string Shorten(string digest) =>
        digest.Length <= DigitsShown ? digest : $"{digest.AsSpan(0, DigitsShown)}…";
}
