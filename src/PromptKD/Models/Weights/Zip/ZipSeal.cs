using System.Text;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights.Zip;

/// <summary>
/// The digest of a PyTorch archive that we wrote, a <see cref="Seal"/>, and which run wrote it: the zip's comment,
/// which is the end of the file. PyTorch passes over it.
/// </summary>
/// <param name="Mark">Which run: a digest of its settings.</param>
/// <param name="Digest">The digest of the file, as it says itself.</param>
internal sealed record ZipSeal(string Mark, string Digest)
{
    private const string BeforeMark = "promptkd run=";
    private const string BeforeDigest = " sha256=";

    private static readonly int s_length =
        BeforeMark.Length + Seal.Digits + BeforeDigest.Length + Seal.Digits;

    /// <summary>The comment of an archive that is still to be sealed.</summary>
    /// <param name="mark">As <see cref="Mark"/>.</param>
    public static string Begin(string mark) => Seal.IsDigest(mark)
        ? $"{BeforeMark}{mark}{BeforeDigest}{Seal.Blank}"
        : throw new ArgumentException($"'{mark}' is no digest.", nameof(mark));

    /// <summary>Seals an archive whose comment is that of <see cref="Begin"/>.</summary>
    public static void Apply(Stream stream) => Seal.Apply(stream, stream.Length - Seal.Digits);

    /// <summary>Finds the seal of a file; null for one of other programs.</summary>
    /// <param name="stream">The file. It is left somewhere else.</param>
    public static ZipSeal? Find(Stream stream)
    {
        if (stream.Length < s_length)
        {
            return null;
        }

        byte[] end = new byte[s_length];
        stream.Position = stream.Length - s_length;
        stream.ReadExactly(end);
        string text = Encoding.ASCII.GetString(end);
        int digest = s_length - Seal.Digits;

        // One of the two is enough: where the other is damaged, the file is ours all the same, and found damaged.
        return text.StartsWith(BeforeMark, StringComparison.Ordinal) || text.AsSpan(0, digest).EndsWith(BeforeDigest)
            ? new ZipSeal(text.Substring(BeforeMark.Length, Seal.Digits), text[digest..])
            : null;
    }

    /// <summary>Refuses a damaged archive.</summary>
    /// <param name="path">The file, for the message.</param>
    /// <param name="stream">The same, open. It is left somewhere else.</param>
    /// <exception cref="PromptKDException">It is not what was written.</exception>
    public void RefuseDamage(string path, Stream stream)
    {
        if (Seal.FindFault(stream, stream.Length - Seal.Digits, Digest) is { } fault)
        {
            throw new PromptKDException($"{path}: damaged: {fault}. Copy it again, or make it anew.");
        }
    }
}
