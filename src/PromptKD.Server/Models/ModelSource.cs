using System.Text.RegularExpressions;

namespace PromptKD.Server.Models;

/// <summary>A model that is to be served: how clients call it, and where it lies.</summary>
/// <param name="Name">In addresses and answers.</param>
/// <param name="Version">In addresses and answers.</param>
/// <param name="Path">A student package or an ONNX file.</param>
internal sealed partial record ModelSource(string Name, string Version, string Path)
{
    private const string FirstVersion = "1";
    private const string PackageFolder = "student";

    /// <summary>Whether ONNX Runtime computes it.</summary>
    public bool IsOnnx => !Directory.Exists(Path) && Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads what a user wrote.</summary>
    /// <param name="texts"><c>PATH</c> or <c>NAME[@VERSION]=PATH</c> each.</param>
    /// <exception cref="PromptKDException">A name cannot be one, or is there twice with one version.</exception>
    public static IReadOnlyList<ModelSource> ParseAll(IEnumerable<string> texts)
    {
        List<ModelSource> sources = [];
        foreach (ModelSource source in texts.Select(Parse))
        {
            if (sources.Any(other => other.Name == source.Name && other.Version == source.Version))
            {
                throw new PromptKDException(
                    $"Two models are called {source.Name}@{source.Version}. Give one of them another name: "
                    + $"NAME={source.Path}");
            }

            sources.Add(source);
        }

        return sources;
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="PromptKDException">A name cannot be one, or the path is empty.</exception>
    public static ModelSource Parse(string text)
    {
        Match match = Named().Match(text);
        string path = match.Success ? match.Groups["path"].Value : text;
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new PromptKDException($"The model '{text}' has no path. Give PATH or NAME[@VERSION]=PATH.");
        }

        string name = match.Success ? match.Groups["name"].Value : NameOf(path);
        string version = match.Groups["version"] is { Success: true, Value: var given } ? given : FirstVersion;
        return Allowed().IsMatch(name) && Allowed().IsMatch(version)
            ? new ModelSource(name, version, path)
            : throw new PromptKDException(
                $"A model cannot be called '{name}@{version}': names and versions have up to 100 letters, digits, '.', "
                + $"'-' and '_'. Give NAME={path}");
    }

    // The package of a run is its folder 'student': the run's name says more.
    private static string NameOf(string path)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        string name = System.IO.Path.GetFileName(full);
        string? parent = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(full));
        return name == PackageFolder && !string.IsNullOrEmpty(parent) ? parent
            : path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)
                ? System.IO.Path.GetFileNameWithoutExtension(name)
            : name;
    }

    [GeneratedRegex(@"^(?<name>[^=@/\\]*)(@(?<version>[^=/\\]*))?=(?<path>.*)$", RegexOptions.Singleline)]
    private static partial Regex Named();

    [GeneratedRegex(@"^[A-Za-z0-9_\-][A-Za-z0-9_.\-]{0,99}\z")]
    private static partial Regex Allowed();
}
