using System.Text.RegularExpressions;
using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>Makes pictures of a run out of those of an <see cref="IPictureSource"/>.</summary>
internal static partial class SourcePictures
{
    private const long Largest = 1 << 30;

    /// <summary>What stands where the path of a folder would.</summary>
    /// <exception cref="ArgumentException">The source has a name that cannot stand there.</exception>
    public static string RootOf(IPictureSource source) => PossibleName().IsMatch(source.Name)
        ? $"source:{source.Name}"
        : throw new ArgumentException(
            $"A picture source is called '{Printable.Line(source.Name)}', expected letters, digits, '-', '_' and '.'.",
            nameof(source));

    /// <summary>The pictures, in the source's order.</summary>
    /// <exception cref="ArgumentException">A name is there twice, or cannot be one.</exception>
    public static IReadOnlyList<PictureItem> Of(IPictureSource source)
    {
        string root = RootOf(source);
        string[] names = [.. source.Pictures];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (!IsPossible(name) || !seen.Add(name))
            {
                throw new ArgumentException(
                    $"{root} has a picture '{Printable.Line(name ?? "")}', which "
                    + (name is not null && seen.Contains(name)
                        ? "is there twice."
                        : "is no name of parts with '/' between them."),
                    nameof(source));
            }
        }

        return
        [
            .. names.Select(name => new PictureItem($"{root}/{name}") { Bytes = new SourceBytes(source, name, root) }),
        ];
    }

    private static bool IsPossible(string? name) =>
        name is { Length: > 0 }
        && !name.Any(char.IsControl)
        && !name.Contains('\\', StringComparison.Ordinal)
        && !name.Split('/').Any(part => part is "" or "." or "..");

    [GeneratedRegex("^[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*$")]
    private static partial Regex PossibleName();

    private sealed record SourceBytes(IPictureSource Source, string Name, string Path) : IPictureBytes
    {
        public bool IsInFile => false;

        public TResult Use<TResult>(Func<ReadOnlySpan<byte>, TResult> use)
        {
            using Stream stream = Source.Open(Name)
                ?? throw new InvalidOperationException($"{Path} gave no stream for '{Printable.Line(Name)}'.");
            return use(BoundedBytes.Unpack(stream, Largest));
        }
    }
}
