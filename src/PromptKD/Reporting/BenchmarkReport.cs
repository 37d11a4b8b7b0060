using PromptKD.Runs;
using PromptKD.Runtime;

namespace PromptKD.Reporting;

/// <summary>The outcomes of many runs, as tables.</summary>
public sealed class BenchmarkReport
{
    /// <param name="outcomes">What was measured.</param>
    /// <param name="unfinished">Runs that were planned and are not there, or cannot be read, in words.</param>
    public BenchmarkReport(IEnumerable<RunOutcome> outcomes, IReadOnlyList<string>? unfinished = null)
    {
        (IReadOnlyList<RunOutcome> runs, IReadOnlyList<string> clashes) = RunClashes.Resolve(outcomes);
        Tables = ScoreTable.From(runs);
        Sections = ReportSections.Of(Tables);
        Unfinished = [.. unfinished ?? [], .. clashes];
    }

    /// <summary>The numbers: one table a protocol and method.</summary>
    public IReadOnlyList<ScoreTable> Tables { get; }

    /// <summary>The same as text.</summary>
    public IReadOnlyList<ReportSection> Sections { get; }

    /// <summary>
    /// Runs that were planned and are not there, that cannot be read, or of which two contradict each other.
    /// </summary>
    public IReadOnlyList<string> Unfinished { get; }

    /// <summary>
    /// Reads the runs below a folder: ours by their <c>result.json</c>, those of Dassl's own programs by their
    /// <c>log.txt</c>.
    /// </summary>
    /// <param name="folder">Any folder above them.</param>
    /// <param name="cancellationToken">Stops between folders.</param>
    /// <exception cref="PromptKDException">
    /// The folder is missing, holds no finished run that can be read, or more folders than any benchmark has.
    /// </exception>
    public static BenchmarkReport Read(string folder, CancellationToken cancellationToken = default)
    {
        var problems = new List<string>();
        return new BenchmarkReport(OutcomeReader.Read(folder, problems.Add, cancellationToken), problems);
    }

    /// <summary>The folder that it was written into; null where it was not.</summary>
    public string? WrittenTo { get; private set; }

    /// <summary>Writes <c>report.md</c>, <c>report.html</c> and <c>results.csv</c>, each whole or not at all.</summary>
    /// <param name="folder">Made where there is none.</param>
    /// <exception cref="PromptKDException">The folder cannot be written, or has the page of a run.</exception>
    public void Write(string folder)
    {
        if (FindPageOfRun(folder) is { } clash)
        {
            throw new PromptKDException($"{clash} Give another ‹output›.");
        }

        using FolderHold hold = FolderHold.Share(folder);
        Remains.Clear(folder);
        WholeFile.WriteText(Path.Combine(folder, "report.md"), MarkdownReport.Write(Sections, Unfinished));
        WholeFile.WriteText(Path.Combine(folder, "report.html"), HtmlReport.Write(Sections, Unfinished));
        WholeFile.WriteText(Path.Combine(folder, "results.csv"), CsvResults.Write(Tables));
        WrittenTo = folder;
    }

    /// <summary>As <see cref="Write"/>, but to a folder that may be one that can only be read.</summary>
    /// <param name="folder">Made where there is none.</param>
    /// <returns>Null; or why nothing was written, where it may not be.</returns>
    /// <exception cref="PromptKDException">The folder could be written, but the disk is full.</exception>
    public string? WriteIfAllowed(string folder)
    {
        if (FindPageOfRun(folder) is { } clash)
        {
            return clash;
        }

        try
        {
            Write(folder);
            return null;
        }
        catch (PromptKDException fault) when (WriteFault.IsReadOnly(fault))
        {
            return fault.InWords;
        }
    }

    // A run's own page has the same name.
    private static string? FindPageOfRun(string folder) => RunFolder.IsOfRun(folder)
        ? $"{folder} is the folder of a run, whose report.html is of that run alone: nothing is written over it."
        : null;
}
