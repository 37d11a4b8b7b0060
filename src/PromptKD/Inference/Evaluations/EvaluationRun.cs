using System.Text;
using System.Text.Json;
using PromptKD.Data.Pictures;
using PromptKD.Drawing;
using PromptKD.Evaluation;
using PromptKD.Inference.Predictions;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;

namespace PromptKD.Inference.Evaluations;

/// <summary>
/// Measures a student on labelled pictures, and writes what is asked for. Processes that were started together share
/// the pictures; the first one alone writes.
/// </summary>
public static class EvaluationRun
{
    private const string Table = ".csv";
    private const string Drawn = ".png";

    // Whoever names a folder so means a sheet.
    private static readonly string[] s_otherEndings =
    [
        ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".svg", ".pdf", Table,
    ];

    /// <summary>Measures a student.</summary>
    /// <param name="classifier">The student.</param>
    /// <param name="request">What on, and which files to make.</param>
    /// <param name="skipped">Is told each picture that cannot be read.</param>
    /// <param name="measured">
    /// Is told what was measured, before anything is written: a disk that fails then costs no more than the files.
    /// </param>
    /// <param name="cancellationToken">
    /// Stops between batches, where nothing is written yet, and between the pictures that are sorted, which stay.
    /// </param>
    /// <returns>What was measured, and what became of the pictures that were sorted, where that was asked
    /// for.</returns>
    /// <exception cref="PromptKDException">
    /// A folder fits no class, no picture can be read, a file is of no kind that is written, or cannot be written.
    /// </exception>
    public static (EvaluationReport Report, SortingSummary? Sorting) Of(
        FolderClassifier classifier,
        EvaluationRequest request,
        Action<SkippedPicture>? skipped = null,
        Action<EvaluationReport>? measured = null,
        CancellationToken cancellationToken = default)
    {
        Check(request, classifier.ClassNames.Count);
        IProcessGroup processes = ProcessGroup.Join();
        PictureFolder pictures = classifier.ListLabelled(request.Data, request.BaseClasses, cancellationToken);
        SharedClassifying.Check(
            processes, classifier, pictures.Items, [new("‹base›", $"{request.BaseClasses}")], cancellationToken);
        JudgedPictures judged = classifier.Judge(
            pictures, options: null, skipped, SharedWork.Of(processes), cancellationToken);
        var report = EvaluationReport.Of(
            judged.Items,
            judged.Skipped,
            judged.Answers,
            classifier.Temperature,
            classifier.ClassNames,
            request.BaseClasses);
        measured?.Invoke(report);
        return (report, processes.IsLeader() ? Write(request, report, cancellationToken) : null);
    }

    /// <summary>A report as JSON, in one line.</summary>
    public static string ToJson(EvaluationReport report) =>
        Printable.Json(JsonSerializer.Serialize(report, EvaluationJson.Lines.EvaluationReport));

    private static SortingSummary? Write(
        EvaluationRequest request, EvaluationReport report, CancellationToken cancellationToken)
    {
        using var folders = FolderHolds.Around([.. request.Confusion, request.Mistakes, request.Json]);
        foreach (string file in request.Confusion)
        {
            WriteConfusion(file, report);
        }

        SortingSummary? sorting = null;
        if (request.Mistakes is { } place)
        {
            sorting = EndsIn(place, Drawn)
                ? DrawMistakes(place, report)
                : SortMistakes(place, request.AsLinks, report, cancellationToken);
        }

        if (request.Json is { } json)
        {
            WholeFile.WriteText(json, $"{ToJson(report)}\n");
        }

        return sorting;
    }

    private static void Check(EvaluationRequest request, int classes)
    {
        if (request.Confusion.FirstOrDefault(file => !EndsIn(file, Table) && !EndsIn(file, Drawn)) is { } unknown)
        {
            throw new PromptKDException(
                $"‹confusion› is '{unknown}'; the name ends in {Table} for a table, or in {Drawn} for a picture.");
        }

        if (classes > ConfusionPicture.MostClasses && request.Confusion.Any(file => EndsIn(file, Drawn)))
        {
            throw new PromptKDException(
                $"A picture has room for {ConfusionPicture.MostClasses} classes, and the student has {classes}. Give "
                + $"‹confusion› a name that ends in {Table}.");
        }

        if (request.AsLinks && (request.Mistakes is null || EndsIn(request.Mistakes, Drawn)))
        {
            throw new PromptKDException(
                "‹links› says how the folder of ‹mistakes› is filled. Give ‹mistakes› DIR, too.");
        }

        if (request.Mistakes is { } file && (EndsIn(file, Drawn) ? Directory.Exists(file) : File.Exists(file)))
        {
            throw new PromptKDException(
                $"‹mistakes› is '{file}', which is {(EndsIn(file, Drawn) ? "a folder" : "a file")}. Give a folder, "
                + $"which may be new, or a file that ends in {Drawn}.");
        }

        if (request.Mistakes is { } other
            && s_otherEndings.Any(ending => EndsIn(other, ending))
            && !Directory.Exists(other))
        {
            throw new PromptKDException(
                $"‹mistakes› is '{other}'. Give a sheet a name that ends in {Drawn}, or the folder a name that is no "
                + "file's.");
        }

        if (request.Mistakes is { } folder && PictureSorter.LiesIn(folder, request.Data))
        {
            throw new PromptKDException(
                $"'{folder}' lies in '{request.Data}', which is measured on: the next call would read what it "
                + "receives, too. Give a folder elsewhere.");
        }
    }

    private static bool EndsIn(string path, string ending) => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase);

    private static void WriteConfusion(string file, EvaluationReport report)
    {
        string[] names = [.. report.Classes.Select(one => one.Name)];
        if (EndsIn(file, Drawn))
        {
            ConfusionPicture.Write(file, names, report.Confusion);
            return;
        }

        var table = new StringBuilder();
        table.Append(string.Join(',', names.Prepend("class").Select(Printable.Csv))).Append('\n');
        foreach ((string name, IReadOnlyList<int> row) in names.Zip(report.Confusion))
        {
            table.Append(Printable.Csv(name)).Append(',').AppendJoin(',', row).Append('\n');
        }

        WholeFile.WriteText(file, table.ToString());
    }

    private static SortingSummary SortMistakes(
        string folder, bool asLinks, EvaluationReport report, CancellationToken cancellationToken)
    {
        using var sorter = new PictureSorter(folder, asLinks);
        foreach (Mistake mistake in report.Mistakes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            sorter.Add(
                mistake.Picture!, Path.Combine(FolderName.Of(mistake.ClassName), FolderName.Of(mistake.Answer)));
        }

        return sorter.Summary;
    }

    private static SortingSummary? DrawMistakes(string file, EvaluationReport report)
    {
        PictureSheet.Write(
            file,
            $"{Counted.Of(report.Mistakes.Count, "mistake")} in {Counted.Of(report.Pictures, "picture")}",
            "below each picture: what the student says, and how sure it is; what it is. The surest come first",
            [
                .. report.Mistakes.Take(PictureSheet.MostPictures).Select(mistake => new SheetPicture(
                    mistake.Picture!,
                    [
                        (FormattableString.Invariant($"{mistake.Probability:P0} {mistake.Answer}"), ChartCanvas.Wrong),
                        (mistake.ClassName, ChartCanvas.Ink),
                    ])),
            ]);
        return null;
    }
}
