using System.Globalization;
using PromptKD.Evaluation;

namespace PromptKD.Pages;

/// <summary>The classes of some pictures as a table: how often each is wanted, named, and both.</summary>
/// <param name="page">Names of both models.</param>
/// <param name="answers">The pictures, with the names of the classes.</param>
/// <param name="confusion">The same, counted.</param>
internal sealed class ClassCounts(RunPage page, PageAnswers answers, Confusion confusion)
{
    private const int MostRows = 40;

    private readonly bool _hasReference = answers.Pictures.All(picture => picture.Teacher is not null);
    private readonly int _most = confusion.Outcomes.Max(one => Math.Max(one.Wanted, one.Given));

    /// <summary>Adds accuracies to a page, the weakest class first.</summary>
    public void AddLabelledTo(HtmlPage html)
    {
        html.AddText("h3", "Accuracy of each class");
        Add(
            html,
            [.. confusion.Outcomes.OrderBy(one => one.Accuracy ?? 2).ThenBy(one => one.Class)],
            caption => new HtmlTable(
                caption,
                [new("class", IsText: true), new("pictures"), new("right"), new("accuracy"), new("named")])
            {
                BarTitle = _hasReference ? $"{page.Model} over {page.Reference}" : page.Model,
            },
            "The weakest classes first; a class without pictures has no accuracy. Named: pictures to which the "
            + $"{page.Model} gives the class, rightly or wrongly.",
            (table, name, one) => table.AddWithBars(
                [name, Number(one.Wanted), Number(one.Right), Percent(one.Accuracy), Number(one.Given)],
                LabelledBars(one)));
    }

    /// <summary>Adds counts to a page, the most frequent class first; classes that nobody names stand below.</summary>
    public void AddUnlabelledTo(HtmlPage html)
    {
        html.AddText("h3", "How often each class is named");
        ClassOutcome[] named = [.. confusion.Outcomes.Where(one => one.Wanted > 0 || one.Given > 0)];
        Add(
            html,
            [.. named.OrderByDescending(one => Math.Max(one.Wanted, one.Given)).ThenBy(one => one.Class)],
            caption => new HtmlTable(
                caption, [new("class", IsText: true), new(page.Reference), new(page.Model), new("both")])
            {
                BarTitle = $"{page.Model} over {page.Reference}",
            },
            $"Pictures whose best class it is, of {answers.Pictures.Count}.",
            (table, name, one) => table.AddWithBars(
                [name, Number(one.Wanted), Number(one.Given), Number(one.Right)],
                ("model", (double)one.Given / _most),
                ("reference", (double)one.Wanted / _most)));
        string[] others = [.. confusion.Outcomes.Except(named).Select(one => answers.ClassNames[one.Class])];
        if (others.Length > 0)
        {
            html.Add($"<details><summary>{others.Length} of {confusion.Classes} classes are named by neither</summary>")
                .AddText("p", string.Join(", ", others))
                .Add("</details>");
        }
    }

    private void Add(
        HtmlPage html,
        IReadOnlyList<ClassOutcome> ordered,
        Func<string, HtmlTable> begin,
        string caption,
        Action<HtmlTable, string, ClassOutcome> addRow)
    {
        html.AddTable(Table(ordered.Take(MostRows), caption));
        if (ordered.Count > MostRows)
        {
            html.Add($"<details><summary>{ordered.Count - MostRows} more classes</summary>")
                .AddTable(Table(ordered.Skip(MostRows), ""))
                .Add("</details>");
        }

        HtmlTable Table(IEnumerable<ClassOutcome> outcomes, string text)
        {
            HtmlTable table = begin(text);
            foreach (ClassOutcome one in outcomes)
            {
                addRow(table, answers.ClassNames[one.Class], one);
            }

            return table;
        }
    }

    private (string Kind, double Length)[] LabelledBars(ClassOutcome one)
    {
        if (one.Wanted == 0)
        {
            return [];
        }

        if (!_hasReference)
        {
            return [("model", one.Accuracy!.Value)];
        }

        int right = answers.Pictures.Count(
            picture => picture.Label == one.Class && picture.Teacher![0].Class == one.Class);
        return [("model", one.Accuracy!.Value), ("reference", (double)right / one.Wanted)];
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Percent(double? share) => share is { } value
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.0} %")
        : "–";
}
