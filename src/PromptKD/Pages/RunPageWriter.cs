using System.Globalization;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;

namespace PromptKD.Pages;

/// <summary>Writes the page of a finished run: from its data to HTML, and nothing else.</summary>
internal static class RunPageWriter
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "report.html";

    private const int MostSkipped = 200;

    /// <param name="page">What it shows.</param>
    /// <returns>The file.</returns>
    public static string Write(RunPage page)
    {
        var html = new HtmlPage(page.Title);
        html.Add("<header>").AddText("h1", page.Title).AddText("p", page.Summary, "lead").Add("</header>")
            .Add("<main>")
            .Add(ChangedClassesNote.ToHtml(page.ChangedClasses));
        AddNotices(html, page.Notices);
        AddNumbers(html, page.Numbers);
        AddContents(html, page);
        AddAccuracies(html, page.Accuracies);
        AddCurves(html, page.Curves);
        foreach (PageAnswers answers in page.Answers)
        {
            new AnswerSection(page, answers).AddTo(html);
        }

        html.AddHeading("What it was made of", "made-of");
        AddFacts(html, page.Facts);
        AddSettings(html, page);
        AddSkipped(html, page);
        string copies = page.Answers.Count > 0
            ? " It contains small copies of some pictures: pass it on only where you would pass on those."
            : "";
        html.Add("</main>").Add("<footer>").AddText("p", string.Create(
            CultureInfo.InvariantCulture,
            $"Written by {page.Program} on {page.Written:d MMMM yyyy}. ")
            + $"This file needs nothing else, loads nothing, and runs no script.{copies}");
        return html.Add("</footer>").ToString();
    }

    private static void AddNotices(HtmlPage html, IReadOnlyList<string> notices)
    {
        if (notices.Count == 0)
        {
            return;
        }

        html.Add("<section class=\"warnings\" aria-label=\"Warnings\">").AddText("h2", "Look at this first")
            .Add("<ul>");
        foreach (string notice in notices)
        {
            html.AddText("li", notice);
        }

        html.Add("</ul></section>");
    }

    private static void AddNumbers(HtmlPage html, IReadOnlyList<PageNumber> numbers)
    {
        html.Add("<dl class=\"tiles\">");
        foreach (PageNumber number in numbers)
        {
            html.Add(
                $"<div><dt>{HtmlPage.Text(number.Name)}</dt><dd class=\"value\">{HtmlPage.Prose(number.Value)}</dd>"
                + (number.Note.Length > 0 ? $"<dd class=\"more\">{HtmlPage.Prose(number.Note)}</dd>" : "") + "</div>");
        }

        html.Add("</dl>");
    }

    private static void AddContents(HtmlPage html, RunPage page)
    {
        IEnumerable<(string Anchor, string Title)> parts =
        [
            .. page.Accuracies.Count > 0 ? [("accuracy", "Accuracy")] : Array.Empty<(string, string)>(),
            .. page.Curves.Count > 0 ? [("curves", "How it went")] : Array.Empty<(string, string)>(),
            .. page.Answers.Select(answers => (answers.Anchor, answers.Title)),
            ("made-of", "What it was made of"),
            ("skipped", "What was not learned from"),
        ];
        html.Add("<nav aria-label=\"Contents\"><ul>")
            .Add(string.Concat(parts.Select(
                part => $"<li><a href=\"#{part.Anchor}\">{HtmlPage.Text(part.Title)}</a></li>")))
            .Add("</ul></nav>");
    }

    private static void AddAccuracies(HtmlPage html, IReadOnlyList<(string Model, BaseNovelResult Result)> accuracies)
    {
        if (accuracies.Count == 0)
        {
            return;
        }

        html.AddHeading("Accuracy", "accuracy");
        bool isSplit = accuracies.Any(one => one.Result.Base is not null || one.Result.Novel is not null);
        var table = new HtmlTable(
            $"Percent of {accuracies[0].Result.Pictures} labelled pictures, none of which was learned from.",
            [
                new("", IsText: true),
                new("all classes"),
                .. isSplit ? [new("base"), new("novel"), new("harmonic mean")] : Array.Empty<HtmlColumn>(),
                new("macro F1"),
            ])
        {
            BarTitle = "of all pictures",
        };
        foreach ((int index, (string model, BaseNovelResult result)) in accuracies.Index())
        {
            table.AddWithBars(
                [
                    model,
                    Number(result.All),
                    .. isSplit
                        ? [Number(result.Base), Number(result.Novel), Number(result.HarmonicMean)]
                        : Array.Empty<string>(),
                    Number(result.MacroF1),
                ],
                (index == accuracies.Count - 1 ? "model" : "reference", result.All / 100));
        }

        html.AddTable(table);
    }

    private static void AddCurves(HtmlPage html, IReadOnlyList<LineChart> curves)
    {
        if (curves.Count == 0)
        {
            return;
        }

        html.AddHeading("How it went", "curves").Add("<div class=\"charts\">");
        foreach (LineChart curve in curves)
        {
            html.Add(curve.ToHtml());
        }

        html.Add("</div>");
    }

    private static void AddFacts(HtmlPage html, IReadOnlyList<PageFact> facts)
    {
        html.Add("<dl class=\"facts\">");
        foreach (PageFact fact in facts)
        {
            html.Add($"<dt>{HtmlPage.Text(fact.Name)}</dt><dd>{HtmlPage.Prose(fact.Value)}</dd>");
        }

        html.Add("</dl>");
    }

    private static void AddSettings(HtmlPage html, RunPage page)
    {
        html.AddText("h3", "Settings");
        if (page.Settings.Count == 0)
        {
            html.AddText("p", $"All as in {page.SettingsBegin}.");
            return;
        }

        var table = new HtmlTable(
            $"Different from {page.SettingsBegin}; config.yaml beside this file has all of them.",
            [new("key", IsText: true), new("value", IsText: true)]);
        foreach (PageFact setting in page.Settings)
        {
            table.Add(setting.Name, setting.Value);
        }

        html.AddTable(table);
    }

    private static void AddSkipped(HtmlPage html, RunPage page)
    {
        html.AddHeading("What was not learned from", "skipped");
        foreach (string line in page.LeftOut)
        {
            html.AddText("p", line);
        }

        if (page.Skipped.Count == 0)
        {
            html.AddText("p", "Every picture could be read.");
            return;
        }

        var table = new HtmlTable(
            page.Skipped.Count > MostSkipped
                ? $"Pictures that could not be read: {MostSkipped} of {page.Skipped.Count}; "
                    + "log.txt and the checkpoint name all."
                : "Pictures that could not be read.",
            [new("file", IsText: true), new("why", IsText: true)]);
        foreach (SkippedPicture picture in page.Skipped.Take(MostSkipped))
        {
            table.Add(picture.Path, picture.Reason);
        }

        html.AddTable(table);
    }

    private static string Number(double? value) => value?.ToString("0.0", CultureInfo.InvariantCulture) ?? "–";
}
