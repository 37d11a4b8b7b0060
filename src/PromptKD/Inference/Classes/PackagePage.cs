using PromptKD.Pages;
using PromptKD.Runtime;

namespace PromptKD.Inference.Classes;

/// <summary>
/// The page of the run that made a package: within the package, where it was copied along, else beside it, where the
/// run left both.
/// </summary>
/// <param name="Path">Where it lies.</param>
/// <param name="IsInside">Whether that is within the package.</param>
/// <param name="Html">What it says.</param>
internal sealed record PackagePage(string Path, bool IsInside, string Html)
{
    // A page has a few dozen pictures of some kilobytes.
    private const int MostBytes = 64 << 20;

    private const string PackageOfRun = "student";

    /// <summary>Reads it.</summary>
    /// <param name="package">The package.</param>
    /// <param name="warn">Is told of a page that cannot be read.</param>
    /// <returns>Null where there is none.</returns>
    public static PackagePage? ReadIfAny(string package, Action<string> warn)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(package));
        string inside = System.IO.Path.Combine(package, RunPageWriter.FileName);
        bool isInside = File.Exists(inside);
        string? run = System.IO.Path.GetFileName(full) == PackageOfRun ? System.IO.Path.GetDirectoryName(full) : null;
        string? path = isInside ? inside : run is null ? null : System.IO.Path.Combine(run, RunPageWriter.FileName);
        if (path is null || !File.Exists(path))
        {
            return null;
        }

        try
        {
            byte[] bytes = RegularFile.Explain(path, file => BoundedBytes.ReadFile(file, MostBytes));
            return new PackagePage(path, isInside, System.Text.Encoding.UTF8.GetString(bytes));
        }
        catch (Exception fault) when (fault is PromptKDException or InvalidDataException)
        {
            string why = fault is PromptKDException mistake ? mistake.InWords : fault.Message;
            warn($"{path}: it says nothing of the changed classes, because it cannot be read: {why}");
            return null;
        }
    }

    /// <summary>Writes it with what was changed; its own place only where it does not say so already.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sentences">What was changed.</param>
    /// <exception cref="PromptKDException">It cannot be written.</exception>
    public void Write(string path, IReadOnlyList<string> sentences)
    {
        if (ChangedClassesNote.Exchange(Html, sentences) is { } changed && (path != Path || changed != Html))
        {
            WholeFile.WriteText(path, changed);
        }
    }
}
