using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace PromptKD.Runtime.Remote;

/// <summary>
/// Addresses of files on servers, as they stand where a path may. What stands behind '?' may be a signature that opens
/// the file to everybody who knows it: it is taken off where a setting enters, and kept in memory alone, so that no
/// configuration, log, package or message has it.
/// </summary>
internal static partial class RemoteAddress
{
    private const int MostFiles = 1_000_000;

    private static readonly ConcurrentDictionary<string, string> s_queries = new(StringComparer.Ordinal);

    /// <summary>Whether a text is an address, not a path.</summary>
    public static bool IsRemote(string path) => Beginning().IsMatch(path);

    /// <summary>An address without what stands behind '?', which is kept for reading; other texts as is.</summary>
    /// <param name="path">An address or a path.</param>
    /// <exception cref="PromptKDException">There is a name and a password in it.</exception>
    public static string WithoutQuery(string path)
    {
        if (!IsWeb(path))
        {
            return path;
        }

        int place = path.IndexOf('?', StringComparison.Ordinal);
        string name = place < 0 ? path : path[..place];
        string server = name[(name.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('/')[0];
        if (server.Contains('@', StringComparison.Ordinal))
        {
            throw new PromptKDException(
                $"An address at {server[(server.LastIndexOf('@') + 1)..]} has a name or password before '@', which is "
                + "not read. Use a signed address (with '?' and a signature), s3://, or a server that asks for none.");
        }

        if (place >= 0)
        {
            s_queries[name] = path[place..];
        }

        return name;
    }

    /// <summary>The whole address: with '?' and what was behind it.</summary>
    /// <param name="name">As <see cref="WithoutQuery"/> or <see cref="Expand"/> gave it.</param>
    public static string WithQuery(string name) => name + s_queries.GetValueOrDefault(name);

    /// <summary>
    /// The addresses that a pattern stands for: {000..009} for numbers, {a,b} for words, as in a shell.
    /// </summary>
    /// <exception cref="PromptKDException">A brace says neither, or there are too many.</exception>
    public static IReadOnlyList<string> Expand(string pattern)
    {
        List<string> addresses = [""];
        int place = 0;
        foreach (Match brace in Braces().Matches(pattern))
        {
            string before = pattern[place..brace.Index];
            string[] words = WordsOf(pattern, brace.Groups[1].Value);
            if ((long)words.Length * addresses.Count > MostFiles)
            {
                throw new PromptKDException($"{pattern}: more than {MostFiles} addresses. Give fewer.");
            }

            addresses = [.. addresses.SelectMany(address => words.Select(word => address + before + word))];
            place = brace.Index + brace.Length;
        }

        if (pattern.AsSpan(place).ContainsAny('{', '}'))
        {
            throw Unreadable(pattern);
        }

        string[] all = [.. addresses.Select(address => address + pattern[place..])];
        if (s_queries.TryGetValue(pattern, out string? query))
        {
            foreach (string address in all)
            {
                s_queries[address] = query;
            }
        }

        return all;
    }

    /// <summary>What a remote file is called, seen from where it was found, as a file below a folder is.</summary>
    /// <param name="root">An address, a pattern, or a folder of a server.</param>
    /// <param name="path">The file, or a picture in it.</param>
    public static string NameFrom(string root, string path)
    {
        int brace = root.IndexOf('{', StringComparison.Ordinal);
        string folder = brace < 0 ? root.TrimEnd('/') : root[..root.LastIndexOf('/', brace)];
        return path.StartsWith($"{folder}/", StringComparison.Ordinal) ? path[(folder.Length + 1)..] : path;
    }

    private static bool IsWeb(string path) =>
        path.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || path.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    private static string[] WordsOf(string pattern, string inside)
    {
        if (Numbers().Match(inside) is { Success: true } range
            && int.TryParse(range.Groups[1].ValueSpan, out int first)
            && int.TryParse(range.Groups[2].ValueSpan, out int last)
            && first <= last
            && last - first < MostFiles)
        {
            int width = Math.Max(WidthOf(range.Groups[1].Value), WidthOf(range.Groups[2].Value));
            return
            [
                .. Enumerable.Range(first, last - first + 1).Select(number =>
                    number.ToString($"D{width}", System.Globalization.CultureInfo.InvariantCulture)),
            ];
        }

        string[] words = inside.Split(',');
        return words.Length > 1 ? words : throw Unreadable(pattern);
    }

    // As shells do: zeros before a number say how wide all are.
    private static int WidthOf(string number) =>
        number.Length > 1 && number.StartsWith('0') ? number.Length : 1;

    private static PromptKDException Unreadable(string pattern) => new(
        $"{pattern}: expected numbers such as {{000..009}} or words such as {{a,b}} between '{{' and '}}'.");

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]+://")]
    private static partial Regex Beginning();

    [GeneratedRegex(@"\{([^{}]*)\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"^([0-9]+)\.\.([0-9]+)$")]
    private static partial Regex Numbers();
}
