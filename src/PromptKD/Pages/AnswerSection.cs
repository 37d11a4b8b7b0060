using System.Globalization;
using PromptKD.Evaluation;

namespace PromptKD.Pages;

/// <summary>The part of a page about pictures that were never learned from: classes, confusion, small pictures.</summary>
internal sealed class AnswerSection
{
    private const int MostRows = 40;
    private const int MostPairs = 15;

    private readonly RunPage _page;
    private readonly PageAnswers _answers;
    private readonly Confusion _confusion;
    private readonly bool _isLabelled;
    private readonly bool _hasReference;

    /// <param name="page">The page.</param>
    /// <param name="answers">One of its sets.</param>
    public AnswerSection(RunPage page, PageAnswers answers)
    {
        _page = page;
        _answers = answers;
        _isLabelled = answers.Pictures.All(picture => picture.Label is not null);
        _hasReference = answers.Pictures.All(picture => picture.Teacher is not null);
        _confusion = new Confusion(
            answers.ClassNames.Count,
            answers.Pictures.Where(picture => AnswerChoice.Wanted(picture) is not null)
                .Select(picture => (AnswerChoice.Wanted(picture)!.Value, picture.Student[0].Class)));
    }

    private string Wanted => _isLabelled ? "label" : _page.Reference;

    /// <summary>Adds it to a page.</summary>
    public void AddTo(HtmlPage html)
    {
        html.AddHeading(_answers.Title, _answers.Anchor);
        html.AddText("p", Describe());
        AddClasses(html);
        AddConfusion(html);
        AddReliability(html);
        AddPictures(html);
    }

    private string Describe()
    {
        int pictures = _answers.Pictures.Count;
        string shares = Invariant($"{_confusion.Right} of {pictures} ({100.0 * _confusion.Right / pictures:0.0} %)");
        return _isLabelled
            ? $"{Capital(_page.Model)}: {shares} as labelled."
                + (_hasReference ? $" {Capital(_page.Reference)}: {DescribeReference()} as labelled." : "")
            : $"{Capital(_page.Model)} and {_page.Reference} give the same class to {shares}.";
    }

    private string DescribeReference()
    {
        int right = _answers.Pictures.Count(picture => picture.Teacher![0].Class == picture.Label);
        return Invariant($"{right} of {_answers.Pictures.Count} ({100.0 * right / _answers.Pictures.Count:0.0} %)");
    }

    private void AddClasses(HtmlPage html)
    {
        html.AddText("h3", _isLabelled ? "Accuracy of each class" : "How often each class is named");
        IReadOnlyList<ClassOutcome> ordered = _isLabelled
            ? [.. _confusion.Outcomes.OrderBy(one => one.Accuracy ?? 2).ThenBy(one => one.Class)]
            : [.. _confusion.Outcomes.OrderByDescending(one => Math.Max(one.Wanted, one.Given)).ThenBy(one => one.Class)];
        html.AddTable(Table(ordered.Take(MostRows), Caption()));
        if (ordered.Count > MostRows)
        {
            html.Add($"<details><summary>{ordered.Count - MostRows} more classes</summary>")
                .AddTable(Table(ordered.Skip(MostRows), ""))
                .Add("</details>");
        }
    }

    private string Caption()
    {
        int empty = _confusion.Outcomes.Count(one => one.Wanted == 0 && one.Given == 0);
        return _isLabelled
            ? "The weakest classes first; a class without pictures has no accuracy."
            : $"Pictures whose best class it is, of {_answers.Pictures.Count}."
                + (empty > 0 ? $" {empty} of {_confusion.Classes} classes are named by neither." : "");
    }

    private HtmlTable Table(IEnumerable<ClassOutcome> outcomes, string caption)
    {
        HtmlTable table = _isLabelled
            ? new HtmlTable(caption, [new("class", IsText: true), new("pictures"), new($"{_page.Model} right"), new("accuracy"), new($"{_page.Model} says so")])
            {
                BarTitle = _hasReference ? $"{_page.Model} over {_page.Reference}" : _page.Model,
            }
            : new HtmlTable(caption, [new("class", IsText: true), new(_page.Reference), new(_page.Model), new("of these the same")])
            {
                BarTitle = $"{_page.Model} over {_page.Reference}",
            };
        int most = _confusion.Outcomes.Max(one => Math.Max(one.Wanted, one.Given));
        foreach (ClassOutcome one in outcomes)
        {
            string name = _answers.ClassNames[one.Class];
            if (_isLabelled)
            {
                table.AddWithBars(
                    [name, Number(one.Wanted), Number(one.Right), Percent(one.Accuracy), Number(one.Given)], LabelledBars(one));
            }
            else
            {
                table.AddWithBars(
                    [name, Number(one.Wanted), Number(one.Given), Number(one.Right)],
                    ("model", (double)one.Given / most),
                    ("reference", (double)one.Wanted / most));
            }
        }

        return table;
    }

    private (string Kind, double Length)[] LabelledBars(ClassOutcome one)
    {
        if (one.Wanted == 0)
        {
            return [];
        }

        double reference = (double)_answers.Pictures.Count(
            picture => picture.Label == one.Class && picture.Teacher is [RankedClass best, ..] && best.Class == one.Class) / one.Wanted;
        return _hasReference
            ? [("model", one.Accuracy!.Value), ("reference", reference)]
            : [("model", one.Accuracy!.Value)];
    }

    private void AddConfusion(HtmlPage html)
    {
        IReadOnlyList<ConfusedPair> pairs = _confusion.Pairs;
        html.AddText("h3", _isLabelled ? "What is taken for what" : "Where they differ");
        if (pairs.Count == 0)
        {
            html.AddText("p", "Nowhere.");
            return;
        }

        html.Add(ConfusionMap.ToHtml(_confusion, _answers.ClassNames, Wanted, _page.Model));
        var table = new HtmlTable(
            $"The pairs with the most pictures{(pairs.Count > MostPairs ? Invariant($", {MostPairs} of {pairs.Count}") : "")}.",
            [new(Wanted, IsText: true), new(_page.Model, IsText: true), new("pictures"), new("of the class")]);
        foreach (ConfusedPair pair in pairs.Take(MostPairs))
        {
            table.Add(_answers.ClassNames[pair.Wanted], _answers.ClassNames[pair.Given], Number(pair.Pictures), Percent(pair.Share));
        }

        html.AddTable(table);
    }

    private void AddReliability(HtmlPage html)
    {
        if (!_isLabelled && !_hasReference)
        {
            return;
        }

        var reliability = Reliability.Of([.. _answers.Pictures.Select(
            picture => (picture.Student[0].Probability, Rightness(picture)))]);
        ReliabilityBin[] bins = [.. reliability.Bins.Where(bin => bin.Pictures > 0)];
        html.AddText("h3", "Can its probabilities be taken at their word?");
        html.AddText("p", Invariant($"Expected calibration error (ECE, {reliability.Bins.Count} bins): {100 * reliability.ExpectedError:0.0} %. ")
            + "On the dashed line, an answer that is 80 % sure is right in 80 of 100 pictures; below it the "
            + $"{_page.Model} is too sure of itself."
            + (_isLabelled ? "" : $" Right is, without labels, as probable as the {_page.Reference} finds the {_page.Model}'s answer."));
        html.Add("<div class=\"charts\">")
            .Add(new LineChart(
                "How often it is right", $"how sure the {_page.Model} is",
                [new ChartLine(_page.Model, "model", [.. bins.Select(bin => (bin.Confidence, bin.Rightness))])])
            {
                IsSquare = true,
            }.ToHtml())
            .Add("<div>");
        var table = new HtmlTable("The same in numbers.", [new("sure, up to"), new("pictures"), new("mean"), new("right")]);
        foreach (ReliabilityBin bin in bins)
        {
            table.Add(Percent(bin.UpTo), Number(bin.Pictures), Percent(bin.Confidence), Percent(bin.Rightness));
        }

        html.AddTable(table).Add("</div></div>");
    }

    // Files from before the student's class was kept among the teacher's lack it where it is none of its five best: it
    // counts as none then, and is less than a sixth.
    private static double Rightness(PictureAnswer picture) => picture.Label is { } label
        ? label == picture.Student[0].Class ? 1 : 0
        : picture.Teacher!.Where(ranked => ranked.Class == picture.Student[0].Class)
            .Select(ranked => ranked.Probability).FirstOrDefault();

    private void AddPictures(HtmlPage html)
    {
        var gallery = new PictureGallery(_page, _answers);
        IReadOnlyList<PictureAnswer> most = AnswerChoice.Most(_answers.Pictures);
        html.AddText("h3", _isLabelled ? "Sure, and wrong" : "Most worth a look");
        html.AddText("p", most.Count == 0 ? "None."
            : _isLabelled ? $"The {_page.Model}'s surest mistakes: it may be wrong, or the label."
            : $"{Capital(_page.Model)} and {_page.Reference} are both sure here, and differ.", "note");
        html.Add(gallery.ToHtml(most));
        html.AddText("h3", $"The {_page.Model} is surest of these");
        html.Add(gallery.ToHtml(AnswerChoice.Surest(_answers.Pictures)));
        html.AddText("h3", $"The {_page.Model} is least sure of these");
        html.Add(gallery.ToHtml(AnswerChoice.LeastSure(_answers.Pictures)));
    }

    private static string Capital(string text) => $"The {text}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Percent(double? share) => share is { } value ? Invariant($"{100 * value:0.0} %") : "–";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
