using System.Security.Cryptography;
using System.Text;

namespace PromptKD.Fuzz;

/// <summary>
/// Makes the digests right that our files carry of themselves and of each other, so that what lies behind the check is
/// tried, too. A digest is taken with zeros in its own place (docs/formats.md).
/// </summary>
internal static class Seals
{
    private const int Digits = 64;
    private const int LengthBytes = 8;

    private static readonly byte[] s_tensors = "{\"__metadata__\":{\"promptkd.sha256\":\""u8.ToArray();
    private static readonly byte[] s_zip = " sha256="u8.ToArray();
    private static readonly byte[] s_json = "\"sha256\": \""u8.ToArray();
    private static readonly byte[] s_jsonEnd = "\"\n}\n"u8.ToArray();

    /// <summary>Puts a changed file among the others, and renews its digest wherever it stands.</summary>
    public static void Renew(Dictionary<string, byte[]> files, string name, byte[] changed)
    {
        byte[] old = files[name];
        files[name] = Renewed(changed);
        var replaced = new Dictionary<string, string> { [Whole(old)] = Whole(files[name]) };
        if (PlaceOf(old) is { } before && PlaceOf(files[name]) is { } after)
        {
            replaced[Encoding.ASCII.GetString(old, before, Digits)] = Encoding.ASCII.GetString(
                files[name], after, Digits);
        }

        foreach (string other in files.Keys.Where(other => other != name).ToArray())
        {
            byte[] content = [.. files[other]];
            bool isChanged = replaced.Aggregate(false, (any, pair) => Replace(content, pair.Key, pair.Value) || any);
            files[other] = isChanged ? Renewed(content) : files[other];
        }
    }

    private static byte[] Renewed(byte[] file)
    {
        if (PlaceOf(file) is not { } place)
        {
            return file;
        }

        byte[] sealedFile = [.. file];
        sealedFile.AsSpan(place, Digits).Fill((byte)'0');
        Encoding.ASCII.GetBytes(Whole(sealedFile), sealedFile.AsSpan(place));
        return sealedFile;
    }

    private static int? PlaceOf(byte[] file)
    {
        ReadOnlySpan<byte> bytes = file;
        int tensors = LengthBytes + s_tensors.Length;
        int zip = file.Length - Digits;
        int json = file.Length - s_jsonEnd.Length - Digits;
        return file.Length > tensors + Digits && bytes[LengthBytes..].StartsWith(s_tensors) ? tensors
            : zip > s_zip.Length && bytes[..zip].EndsWith(s_zip) ? zip
            : json > s_json.Length && bytes.EndsWith(s_jsonEnd) && bytes[..json].EndsWith(s_json) ? json
            : null;
    }

    private static string Whole(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file));

    private static bool Replace(byte[] content, string old, string by)
    {
        int place = content.AsSpan().IndexOf(Encoding.ASCII.GetBytes(old));
        if (place < 0)
        {
            return false;
        }

        Encoding.ASCII.GetBytes(by, content.AsSpan(place));
        return true;
    }
}
