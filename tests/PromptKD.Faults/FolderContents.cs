using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace PromptKD.Faults;

/// <summary>What lies in a folder: a line for each file, with its digest.</summary>
internal static partial class FolderContents
{
    /// <summary>
    /// What two runs of a command have alike. Not the logs and curves, which have times in them, the lock, what is
    /// remembered of inputs, and what is only there where a start took long.
    /// </summary>
    public static SortedDictionary<string, string> OfResult(string folder) =>
        Of(folder, name => IsAside(name) || IsOfInputs(name) || IsOfTime(name) ? null : Digest(folder, name));

    /// <summary>One text for all folders from which a command goes on alike: of logs, whether they are there.</summary>
    public static string KeyOf(string folder)
    {
        var text = new StringBuilder();
        foreach ((string name, string digest) in Of(folder, name => IsAside(name) ? "there" : Digest(folder, name)))
        {
            text.Append(name).Append('\t').Append(digest).Append('\n');
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>What is other in the second; null where nothing is.</summary>
    public static string? Difference(SortedDictionary<string, string> whole, SortedDictionary<string, string> other)
    {
        string[] names =
        [
            .. whole.Keys.Except(other.Keys).Select(name => $"no {name}"),
            .. other.Keys.Except(whole.Keys).Select(name => $"{name} too much"),
            .. whole.Where(pair => other.TryGetValue(pair.Key, out string? digest) && digest != pair.Value)
                .Select(pair => $"another {pair.Key}"),
        ];
        return names.Length == 0 ? null : string.Join(", ", names.Take(4)) + (names.Length > 4 ? ", …" : "");
    }

    /// <summary>Copies a folder, times of files included.</summary>
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (FileSystemInfo entry in new DirectoryInfo(from).EnumerateFileSystemInfos())
        {
            string target = Path.Combine(to, entry.Name);
            if (entry.LinkTarget is { } link)
            {
                File.CreateSymbolicLink(target, link);
            }
            else if (entry is DirectoryInfo)
            {
                Copy(entry.FullName, target);
            }
            else
            {
                File.Copy(entry.FullName, target);
            }
        }
    }

    private static SortedDictionary<string, string> Of(string folder, Func<string, string?> digestOf)
    {
        var contents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (Directory.Exists(folder))
        {
            Add(new DirectoryInfo(folder));
        }

        return contents;

        void Add(DirectoryInfo directory)
        {
            foreach (FileSystemInfo entry in directory.EnumerateFileSystemInfos())
            {
                string name = Path.GetRelativePath(folder, entry.FullName);
                if (entry is DirectoryInfo inner && entry.LinkTarget is null)
                {
                    // Of curves a folder may be lacking as a point may: where no epoch comes behind what was cut off.
                    if (!IsAside(name))
                    {
                        contents[name + "/"] = "folder";
                    }

                    Add(inner);
                }
                else if ((entry.LinkTarget ?? digestOf(name)) is { } digest)
                {
                    contents[name] = digest;
                }
            }
        }
    }

    private static bool IsAside(string name) =>
        Path.GetFileName(name).StartsWith("log.txt", StringComparison.Ordinal)
        || name.Split('/').Contains("tensorboard");

    private static bool IsOfInputs(string name) => Path.GetFileName(name) is ".lock" or ".digests.tsv";

    // A start is saved every five seconds: one that ends before that has no checkpoint before its last.
    private static bool IsOfTime(string name) => Path.GetFileName(name) == "previous-start.safetensors";

    private static string Digest(string folder, string name)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(folder, name));
        if (Path.GetFileName(name) == "preview.json")
        {
            // How long it took.
            bytes = Encoding.UTF8.GetBytes(Seconds().Replace(Encoding.UTF8.GetString(bytes), "$1:0"));
        }

        return Convert.ToHexString(SHA256.HashData(bytes));
    }

    [GeneratedRegex("\"(picturesPerSecond|secondsForAll)\":[0-9.eE+-]+")]
    private static partial Regex Seconds();
}
