using PromptKD.Pages;
using PromptKD.Runtime;

namespace PromptKD.Runs.Pages;

/// <summary><c>report.html</c> in the folder of a run. What was made is finished without it, and stays so.</summary>
internal static class PageFile
{
    /// <summary>Writes the page; where it cannot be written, that is said.</summary>
    /// <param name="run">The finished run.</param>
    /// <param name="made">What the run made, as "student".</param>
    /// <param name="collect">Gathers what the page shows.</param>
    public static void Write(OpenRun run, string made, Func<RunPage> collect)
    {
        string path = Path.Combine(run.Folder.Root, RunPageWriter.FileName);
        try
        {
            WholeFile.WriteText(path, RunPageWriter.Write(collect()));
            run.Log.OnPhase($"Wrote {path}");
        }
        catch (PromptKDException fault)
        {
            run.Log.OnWarning($"{fault.InWords} The {made} is finished; the same command writes the page again.");
        }
    }

    /// <summary>Writes the page of a finished run that has none, where something may be written.</summary>
    /// <param name="run">As for <see cref="Write"/>.</param>
    /// <param name="made">As for <see cref="Write"/>.</param>
    /// <param name="collect">As for <see cref="Write"/>.</param>
    public static void WriteIfMissing(OpenRun run, string made, Func<RunPage> collect)
    {
        if (!run.Folder.IsReadOnly && !File.Exists(Path.Combine(run.Folder.Root, RunPageWriter.FileName)))
        {
            Write(run, made, collect);
        }
    }
}
