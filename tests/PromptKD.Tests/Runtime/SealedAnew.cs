using System.Text;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

/// <summary>Gives a changed file the digest of what it says now, as somebody who means harm would.</summary>
internal static class SealedAnew
{
    private const string Mark = "\"sha256\": \"";

    /// <summary>The text with a digest that fits; as it is where it has none.</summary>
    public static byte[] Of(string json)
    {
        int mark = json.LastIndexOf(Mark, StringComparison.Ordinal);
        if (mark < 0)
        {
            return Encoding.UTF8.GetBytes(json);
        }

        int place = mark + Mark.Length;
        string blank = json[..place] + Seal.Blank + json[(place + Seal.Digits)..];
        using var stream = new MemoryStream();
        stream.Write(Encoding.UTF8.GetBytes(blank));
        Seal.Apply(stream, Encoding.UTF8.GetByteCount(blank.AsSpan(0, place)));
        return stream.ToArray();
    }
}
