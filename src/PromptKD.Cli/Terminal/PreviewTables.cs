using System.Globalization;
using PromptKD.Inference;
using PromptKD.Inference.Previews;

namespace PromptKD.Cli.Terminal;

/// <summary>What a teacher thinks of pictures, on standard output.</summary>
internal static class PreviewTables
{
    private const int MostClasses = 50;
    private const int Shown = 5;
    private const int NamesShown = 20;

    /// <summary>Prints counts a class, the surest and least sure pictures, close pairs and sentences.</summary>
    public static void Print(PreviewReport report)
    {
        Answers.Sentence(string.Create(
            CultureInfo.InvariantCulture,
            $"Looked at {report.Sample} of {SortingNotes.Pictures(report.Pictures)}. The teacher gives its most "
            + $"probable class {report.Confidence:P1} in the mean; guessing would be "
            + $"{1.0 / report.Classes.Count:P1}."));
        bool isShort = report.Classes.Count <= MostClasses;
        TextTable.Print(
            ["class", "pictures", "mean probability"],
            report.Classes.OrderByDescending(one => one.Pictures)
                .Take(isShort ? int.MaxValue : MostClasses)
                .Select(one => new[]
                {
                    one.Name, Text($"{one.Pictures}"), one.Confidence is { } share ? Text($"{share:P1}") : "–",
                }));
        if (!isShort)
        {
            Answers.Sentence(Text($"These are {MostClasses} of {report.Classes.Count} classes; --json has all."));
        }

        IReadOnlyList<string> never = report.NeverChosen;
        Answers.Sentence(never.Count == 0
            ? "Every class was chosen."
            : Text($"Never chosen: {never.Count} of {report.Classes.Count} classes: {Names(never)}."));
        Pictures("surest", report.Answers.Take(Shown));
        Pictures("least sure", report.Answers.Reverse().Take(Shown));
        if (report.Pairs.Count > 0)
        {
            TextTable.Print(
                ["hardly told apart", "from", "pictures"],
                report.Pairs.Take(Shown).Select(one => new[] { one.First, one.Second, Text($"{one.Pictures}") }));
        }

        if (report.Sentences.Count > 0)
        {
            TextTable.Print(
                ["sentence", "mean probability", "classes chosen", "same class as all"],
                report.Sentences.Select(one => new[]
                {
                    one.Sentence ?? "all, averaged", Text($"{one.Confidence:P1}"), Text($"{one.ClassesChosen}"),
                    Text($"{one.Agreement:P1}"),
                }));
        }

        Answers.Sentence(string.Create(
            CultureInfo.InvariantCulture,
            $"At {report.PicturesPerSecond:0.0} pictures a second this machine's teacher takes "
            + $"{Duration(report.SecondsForAll)} for one view of every picture."));
        if (report.Estimate is { } estimate)
        {
            Answers.Sentence($"A distillation by recipe {estimate.Recipe}: {estimate.Words}.");
        }
    }

    private static void Pictures(string head, IEnumerable<PicturePrediction> pictures) => TextTable.Print(
        [head, "class", "", "next class", ""],
        pictures.Select(one => new[]
        {
            one.Path, one.Classes[0].Name, Text($"{one.Classes[0].Probability:P1}"), one.Classes[1].Name,
            Text($"{one.Classes[1].Probability:P1}"),
        }));

    private static string Names(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(NamesShown))
        + (names.Count > NamesShown ? $" and {names.Count - NamesShown} more" : "");

    private static string Duration(double seconds) => seconds < 90
        ? Text($"{seconds:0} s")
        : seconds < 5400 ? Text($"{seconds / 60:0} min") : Text($"{seconds / 3600:0.0} h");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
