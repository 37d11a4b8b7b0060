using System.Globalization;
using PromptKD.Evaluation;

namespace PromptKD.Pages;

/// <summary>
/// The part of a page about pictures that were never learned from: classes, confusion, small pictures.
/// </summary>
internal sealed class AnswerSection
{
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
        var classes = new ClassCounts(_page, _answers, _confusion);
        if (_isLabelled)
        {
            classes.AddLabelledTo(html);
        }
        else
        {
            classes.AddUnlabelledTo(html);
        }

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

    private void AddConfusion(HtmlPage html)
    {
        IReadOnlyList<ConfusedPair> pairs = _confusion.Pairs;
        html.AddText("h3", _isLabelled ? "What is taken for what" : "Where they differ");
        if (pairs.Count == 0)
        {
            html.AddText("p", _isLabelled ? "No picture for another class than its own." : "Nowhere.");
            return;
        }

        html.Add(ConfusionMap.ToHtml(_confusion, _answers.ClassNames, Wanted, _page.Model));
        string shown = pairs.Count > MostPairs ? $", {MostPairs} of {pairs.Count}" : "";
        var table = new HtmlTable(
            $"The pairs with the most pictures{shown}.",
            [new(Wanted, IsText: true), new(_page.Model, IsText: true), new("pictures"), new("of the class")]);
        foreach (ConfusedPair pair in pairs.Take(MostPairs))
        {
            table.Add(
                _answers.ClassNames[pair.Wanted],
                _answers.ClassNames[pair.Given],
                Number(pair.Pictures),
                Percent(pair.Share));
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
        html.AddText("p", $"Expected calibration error (ECE, {reliability.Bins.Count} bins): "
            + $"{Percent(reliability.ExpectedError)}. On the dashed line, an answer that is 80\u00a0% sure is right "
            + $"in 80 of 100 pictures; below it the {_page.Model} is too sure of itself, above it not sure enough."
            + (_isLabelled
                ? ""
                : $" Without labels, an answer is as right as the {_page.Reference} finds it probable."));
        html.Add("<div class=\"charts\">")
            .Add(new LineChart(
                "How often it is right", $"how sure the {_page.Model} is",
                [new ChartLine(_page.Model, "model", [.. bins.Select(bin => (bin.Confidence, bin.Rightness))])])
            {
                IsSquare = true,
            }.ToHtml())
            .Add("<div>");
        var table = new HtmlTable(
            "The same in numbers.", [new("sure, up to"), new("pictures"), new("mean"), new("right")]);
        foreach (ReliabilityBin bin in bins)
        {
            table.Add(Percent(bin.UpTo), Number(bin.Pictures), Percent(bin.Confidence), Percent(bin.Rightness));
        }

        html.AddTable(table).Add("</div></div>");
        AddThresholds(html);
    }

    // A picture of which the reference was not asked counts as unlike it.
    private void AddThresholds(HtmlPage html)
    {
        string right = _isLabelled ? "of those right" : $"of those the {_page.Reference}'s class";
        var table = new HtmlTable(
            "What is left where an answer below a threshold of probability counts as none.",
            [new("threshold"), new("answered"), new("unanswered"), new(right)]);
        foreach (ThresholdResult result in ThresholdResult.Of([.. _answers.Pictures.Select(picture => (
            picture.Student[0].Probability,
            _isLabelled ? picture.Student[0].Class == picture.Label : picture.Agrees == true))]))
        {
            table.Add(
                result.Threshold.ToString(CultureInfo.InvariantCulture),
                Percent(result.Answered),
                Percent(1 - result.Answered),
                Percent(result.Right));
        }

        html.AddTable(table);
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
