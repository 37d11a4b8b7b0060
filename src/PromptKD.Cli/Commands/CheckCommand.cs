using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Data.Checking;
using PromptKD.Runtime;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd check</c>: what is odd about pictures, before anything is learned from them.</summary>
internal static class CheckCommand
{
    private const int NeedsALook = 1;
    private const int PathsShown = 3;

    private static readonly Argument<string> s_pictures = new("pictures")
    {
        Description = "Folder of pictures, of class folders, or of .tar and .parquet shards; or one shard.",
    };

    private static readonly Option<string> s_classes = CommonOptions.Classes(
        "default: the names of the folders", "Class names that the labels have to fit");


    private static readonly Option<bool> s_labelled = new("--labelled")
    {
        Description = "The pictures are labelled, by class folders or in shards; --classes says so, too [default: off]",
    };

    private static readonly Option<int> s_tiny = new("--tiny")
    {
        Description = "A picture whose shorter side has fewer pixels is tiny",
        HelpName = "N",
        DefaultValueFactory = _ => 32,
    };

    private static readonly Option<bool> s_json = new("--json") { Description = "One JSON object [default: off]" };

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var command = new Command("check", "Look at pictures: what is left out, broken, turned, tiny or doubled.")
        {
            s_pictures, s_classes, s_labelled, s_tiny, s_json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            SurveyReport report = PictureSurvey.Of(
                new SurveyRequest
                {
                    Folder = parsed.GetValue(s_pictures)!,
                    ClassNames = CommonOptions.ReadClasses(parsed, s_classes),
                    IsLabelled = parsed.GetValue(s_labelled),
                    Tiny = parsed.GetValue(s_tiny),
                },
                new RunDisplay(),
                cancellation);
            if (parsed.GetValue(s_json))
            {
                Answers.Json(report, AnswerJson.Lines.SurveyReport);
            }
            else
            {
                Print(report);
            }

            return Task.FromResult(report.NeedsALook ? NeedsALook : 0);
        });
        return command;
    }

    private static void Print(SurveyReport report)
    {
        // Paths are long and differ in length: they stand last, and to the left.
        foreach (string[] row in Rows(report).Prepend(["what", "number", "such as"]))
        {
            PrintRow($"{row[0],-22}  {row[1],6}", Printable.Line(row[2]));
        }

        if (report.Fault is { } fault)
        {
            Answers.Sentence($"labels: {fault}");
        }

        if (report.Sizes is { } sizes)
        {
            Answers.Sentence(
                $"sizes: sides of {sizes.SmallestSide} to {sizes.LargestSide} pixels, {sizes.MedianShorterSide} × "
                + $"{sizes.MedianLongerSide} in the median");
        }

        if (report.Classes.Count > 0)
        {
            TextTable.Print(
                ["class", "pictures"], report.Classes.Select(one => new[] { one.Name, Number(one.Pictures) }));
        }
    }

    // Where a window is too narrow for a row, its paths come below, each whole if it can be.
    private static void PrintRow(string head, string examples)
    {
        string row = $"{head}  {examples}".TrimEnd();
        if (Console.IsOutputRedirected || LineLayout.Columns(row) <= Window.Columns)
        {
            Answers.Line(row);
            return;
        }

        Answers.Line(head);
        foreach (string line in LineLayout.Wrap(examples, Window.Columns - 2))
        {
            Answers.Line($"  {line}");
        }
    }

    private static IEnumerable<string[]> Rows(SurveyReport report)
    {
        string kinds = string.Join(", ", report.Kinds.Select(kind => $"{kind.Value} {kind.Key}"));
        yield return ["pictures", Number(report.Pictures), kinds];
        yield return Row("left out", report.LeftOut.Values.Sum(), report.DescribeLeftOut());
        if (report.WithoutEnd.Count > 0)
        {
            yield return Row("archives without end", report.WithoutEnd.Count, report.WithoutEnd);
        }

        yield return Row("broken", report.Broken.Count, report.Broken.Select(one => $"{one.Path}: {one.Reason}"));
        yield return Row("turned by EXIF", report.Turned.Count, report.Turned);
        yield return Row("tiny", report.Tiny.Count, report.Tiny);
        yield return Row("doubled, byte for byte", report.Doubled.Count, report.Doubled.Select(Describe));
        yield return Row("nearly doubled", report.NearlyDoubled.Count, report.NearlyDoubled.Select(Describe));
        if (report.Classes.Count > 0)
        {
            yield return Row("classes without pictures", report.EmptyClasses.Count(), report.EmptyClasses);
        }
    }

    private static string[] Row(string what, int number, IEnumerable<string> examples) =>
        [what, Number(number), string.Join("; ", examples.Take(PathsShown))];

    private static string Describe(DoubledPictures doubled) =>
        string.Join(" = ", doubled.Paths.Take(PathsShown))
        + (doubled.Paths.Count > PathsShown ? $" and {Number(doubled.Paths.Count - PathsShown)} more" : "")
        + (doubled.Classes.Count > 1 ? $" (of different classes: {string.Join(", ", doubled.Classes)})" : "");

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
