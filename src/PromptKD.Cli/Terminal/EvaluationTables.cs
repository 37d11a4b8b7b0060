using System.Globalization;
using PromptKD.Evaluation;

namespace PromptKD.Cli.Terminal;

/// <summary>What was measured of a student, on standard output.</summary>
internal static class EvaluationTables
{
    private const int MostClasses = 100;
    private const int WorstShown = 20;

    /// <summary>Prints the accuracies, then those of each class; of many classes the worst.</summary>
    public static void Print(EvaluationReport report)
    {
        AccuracyTable.Print(("student", report.Accuracy));
        bool isShort = report.Classes.Count <= MostClasses;
        (ClassResult Class, string Taken)[] classes =
        [
            .. report.Classes.Select((one, label) => (one, MostTakenFor(report, label))),
        ];
        IEnumerable<(ClassResult Class, string Taken)> shown = isShort
            ? classes
            : classes.Where(one => one.Class.Pictures > 0).OrderBy(one => one.Class.Accuracy).Take(WorstShown);
        TextTable.Print(
            ["class", "accuracy", "pictures", "answers", "most taken for"],
            shown.Select(one => new[]
            {
                one.Class.Name, Percent(one.Class.Accuracy), Number(one.Class.Pictures), Number(one.Class.Answers),
                one.Taken,
            }));
        Answers.Sentence(string.Create(
            CultureInfo.InvariantCulture,
            $"Calibration error (ECE): {100 * report.CalibrationError:0.0} %, between how sure answers are and how "
                + $"often right."));
        PrintThresholds(report);
        if (!isShort)
        {
            Answers.Sentence(
                $"These are the {WorstShown} of {report.Classes.Count} classes with the lowest accuracies; --json has "
                    + "all.");
        }
    }

    private static void PrintThresholds(EvaluationReport report) => TextTable.Print(
        ["predict --threshold", "answered", "unanswered", "of those answered right"],
        report.Thresholds.Select(one => new[]
        {
            one.Threshold.ToString(CultureInfo.InvariantCulture),
            Percent(100 * one.Answered),
            Percent(100 * (1 - one.Answered)),
            Percent(100 * one.Right),
        }));

    private static string MostTakenFor(EvaluationReport report, int label)
    {
        (int answer, int pictures) = report.Confusion[label].Index()
            .Where(cell => cell.Index != label)
            .OrderByDescending(cell => cell.Item)
            .FirstOrDefault();
        return pictures == 0 ? "" : $"{report.Classes[answer].Name} ({Number(pictures)})";
    }

    private static string Percent(double? value) =>
        value is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number:0.0} %") : "–";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
