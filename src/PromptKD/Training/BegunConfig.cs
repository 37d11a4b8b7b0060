using PromptKD.Configuration;
using PromptKD.Runtime;

namespace PromptKD.Training;

/// <summary>
/// The configuration that a folder was begun with, as a YAML file. A comment at its head says from where its relative
/// paths count, so that who goes on from another folder may name the same places as they are seen from there.
/// </summary>
internal static class BegunConfig
{
    private const string Head = "# Relative paths count from ";

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="config">Its paths are those of the current folder.</param>
    /// <exception cref="PromptKDException">The disk is full or the folder is not writable.</exception>
    public static void Write(string path, ExperimentConfig config) =>
        WholeFile.WriteText(path, HeadOf(CurrentFolder()) + config.ToYaml());

    /// <summary>The first setting that makes another run of it; null where there is none, or no file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="config">The settings of now. Its paths are those of the current folder.</param>
    /// <param name="isHarmless">Whether a key may change.</param>
    /// <exception cref="PromptKDException">The file is damaged, or may not be read.</exception>
    public static ConfigDifference? FindDifference(
        string path, ExperimentConfig config, Func<string, bool> isHarmless)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var begun = new ExperimentConfig().MergeFile(path);
        string from = RegularFile.ReadLines(path).FirstOrDefault() is { } line
            && line.StartsWith(Head, StringComparison.Ordinal) ? line[Head.Length..] : "";
        return ExperimentConfig.Differences(begun, config)
            .FirstOrDefault(one => !isHarmless(one.Key) && !RunMark.IsOnePlace(one, from));
    }

    // A folder whose name is more than one line is not worth a form of its own.
    private static string HeadOf(string folder) =>
        folder.Length > 0 && Printable.Line(folder) == folder ? $"{Head}{folder}\n" : "";

    private static string CurrentFolder()
    {
        try
        {
            return Directory.GetCurrentDirectory();
        }
        catch (IOException)
        {
            return ""; // It was deleted: who names all places from the root needs none.
        }
    }
}
