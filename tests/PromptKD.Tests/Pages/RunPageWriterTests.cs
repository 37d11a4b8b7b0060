using System.Xml.Linq;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Pages;

namespace PromptKD.Tests.Pages;

public sealed class RunPageWriterTests
{
    private const string Nasty = "</style></title><script>alert(1)</script>\"'&<img src=x onerror=alert(1)>";

    private static readonly string[] s_classes = ["cat", "dog", "fox"];
    private static readonly string[] s_nasty = [Nasty, $"{Nasty} two", "fox"];

    private static readonly RunPage s_page = new()
    {
        Title = "A student of 3 classes",
        Summary = "It agrees.",
        Program = "PromptKD 1.2.3",
        Written = new DateOnly(2026, 11, 28),
    };

    [Fact]
    public void No_name_can_be_more_than_text()
    {
        XElement page = Parse(s_page with
        {
            Title = Nasty,
            Summary = Nasty,
            Model = Nasty,
            Reference = Nasty,
            Program = Nasty,
            SettingsBegin = Nasty,
            Numbers = [new(Nasty, Nasty, Nasty)],
            Notices = [Nasty],
            Accuracies = [(Nasty, new BaseNovelResult(50, 40, 60, 45, 8))],
            Curves = [new LineChart(Nasty, Nasty, [new(Nasty, "model", [(1, 1), (2, 0.5)])])],
            Answers = [OfTeacher(Nasty) with { ClassNames = s_nasty }, Labelled(Nasty) with { ClassNames = s_nasty }],
            Facts = [new(Nasty, Nasty)],
            Settings = [new(Nasty, Nasty)],
            Skipped = [new SkippedPicture(Nasty, Nasty)],
            LeftOut = [Nasty],
        });

        Assert.Empty(page.Descendants("script"));
        Assert.Single(page.Descendants("style"));
        Assert.All(page.Descendants("img"), image => Assert.StartsWith(
            "data:image/jpeg;base64,", image.Attribute("src")!.Value, StringComparison.Ordinal));
        Assert.DoesNotContain(
            page.Descendants().Attributes(),
            attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.Contains(page.Descendants("th"), cell => cell.Value == Nasty);
        Assert.Contains(
            page.Descendants("img"), image => image.Attribute("alt")!.Value.Contains(Nasty, StringComparison.Ordinal));
    }

    [Fact]
    public void Letters_that_turn_the_reading_direction_are_shown_and_not_obeyed() => Assert.Contains(
        Parse(s_page with { Skipped = [new SkippedPicture("a\u202Egpj.png", "cut\nshort")] }).Descendants("tr"),
        row => row.Value == "a\\u202Egpj.pngcut\\nshort");

    [Fact]
    public void Loads_nothing()
    {
        string html = RunPageWriter.Write(s_page with { Answers = [OfTeacher("cat.jpg"), Labelled("dog.jpg")] });

        Assert.DoesNotContain("http:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_of_classes_and_what_differs_are_those_worked_by_hand()
    {
        // The teacher says cat, cat, dog, fox; the student cat, dog, dog, dog.
        XElement page = Parse(s_page with { Answers = [OfTeacher("picture")] });

        Assert.Contains("same class to 2 of 4 (50.0\u00a0%)", page.Value, StringComparison.Ordinal);
        Assert.Equal(
            [["cat", "2", "1", "1", ""], ["dog", "1", "3", "1", ""], ["fox", "1", "0", "0", ""]],
            Rows(page, "Pictures whose best class").OrderBy(row => row[0], StringComparer.Ordinal));
        Assert.Equal(
            [["cat", "dog", "1", "50.0 %"], ["fox", "dog", "1", "100.0 %"]], Rows(page, "The pairs with"));
    }

    [Fact]
    public void With_labels_accuracy_and_calibration_are_those_worked_by_hand()
    {
        // Labels cat, cat, cat, dog; the student says cat 0.95, dog 0.95, cat 0.55, dog 0.55. ECE = (|0.95 - 1/2| +
        // |0.55 - 1|) / 2.
        XElement page = Parse(s_page with { Answers = [Labelled("picture")] });

        Assert.Contains("student: 3 of 4 (75.0\u00a0%) as labelled", page.Value, StringComparison.Ordinal);
        Assert.Equal(
            [["cat", "3", "2", "66.7 %", "2", ""], ["dog", "1", "1", "100.0 %", "2", ""], ["fox", "0", "0", "–", "0", ""]],
            Rows(page, "The weakest classes first"));
        Assert.Contains("(ECE, 15 bins): 45.0\u00a0%", page.Value, StringComparison.Ordinal);
        Assert.Equal(
            [["60.0 %", "2", "55.0 %", "100.0 %"], ["100.0 %", "2", "95.0 %", "50.0 %"]],
            Rows(page, "The same in numbers"));
    }

    [Fact]
    public void Classes_that_nobody_names_stand_below_the_table()
    {
        // As by hand above, but for a class "owl" behind them that neither names.
        PageAnswers answers = OfTeacher("picture");

        XElement page = Parse(s_page with { Answers = [answers with { ClassNames = [.. s_classes, "owl"] }] });

        Assert.DoesNotContain(Rows(page, "Pictures whose best class"), row => row[0] == "owl");
        Assert.Equal(
            "1 of 4 classes are named by neitherowl",
            page.Descendants("details").Single().Value.Replace("\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public void What_changed_of_the_classes_is_exchanged_in_a_page_that_is_there()
    {
        string untouched = RunPageWriter.Write(s_page);
        string changed = RunPageWriter.Write(s_page with { ChangedClasses = ["Removed: <i>owl."] });

        Assert.Contains("Removed: &lt;i&gt;owl.", changed, StringComparison.Ordinal);
        Assert.Equal(changed, ChangedClassesNote.Exchange(untouched, ["Removed: <i>owl."]));
        Assert.Equal(untouched, ChangedClassesNote.Exchange(changed, []));
        Assert.Null(ChangedClassesNote.Exchange("<main></main>", []));
    }

    [Fact]
    public void A_picture_that_is_gone_is_said_to_be_gone()
    {
        PageAnswers answers = OfTeacher("picture");

        XElement page = Parse(
            s_page with { Answers = [answers with { Small = new Dictionary<string, SmallPicture>() }] });

        Assert.Empty(page.Descendants("img"));
        Assert.Contains("cannot be read any more", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_picture_has_a_text_and_every_chart_a_label()
    {
        XElement page = Parse(s_page with
        {
            Answers = [OfTeacher("cat.jpg"), Labelled("dog.jpg")],
            Curves = [new LineChart("Loss", "epoch", [new("loss", "model", [(1, 2), (2, 1)])])],
        });

        Assert.All(page.Descendants("img"), image => Assert.NotEmpty(image.Attribute("alt")!.Value));
        Assert.All(page.Descendants("svg"), chart => Assert.NotEmpty(chart.Attribute("aria-label")!.Value));
        Assert.All(
            page.Descendants("a").Select(link => link.Attribute("href")!.Value[1..]),
            anchor => Assert.Single(page.Descendants(), element => element.Attribute("id")?.Value == anchor));
    }

    [Fact]
    public void The_same_data_give_the_same_bytes() => Assert.Equal(
        RunPageWriter.Write(s_page with { Answers = [OfTeacher("a")] }),
        RunPageWriter.Write(s_page with { Answers = [OfTeacher("a")] }));

    private static PageAnswers OfTeacher(string name) => WithSmall(new PageAnswers("Pictures that were held out", "held-out", s_classes,
    [
        new(PictureAnswers.HeldOut, name, null, [new(0, 0.9)], [new(0, 0.8)]),
        new(PictureAnswers.HeldOut, $"{name} 2", null, [new(0, 0.6)], [new(1, 0.7)]),
        new(PictureAnswers.HeldOut, $"{name} 3", null, [new(1, 0.9)], [new(1, 0.4)]),
        new PictureAnswer(PictureAnswers.HeldOut, $"{name} 4", null, [new(2, 0.9)], [new(1, 0.9)]),
    ]));

    private static PageAnswers Labelled(string name) => WithSmall(new PageAnswers("Labelled pictures", "labelled", s_classes,
    [
        new(PictureAnswers.Validation, name, 0, [new(0, 0.9)], [new(0, 0.95)]),
        new(PictureAnswers.Validation, $"{name} 2", 0, [new(0, 0.6)], [new(1, 0.95)]),
        new(PictureAnswers.Validation, $"{name} 3", 0, [new(1, 0.9)], [new(0, 0.55)]),
        new PictureAnswer(PictureAnswers.Validation, $"{name} 4", 1, [new(1, 0.9)], [new(1, 0.55)]),
    ]));

    private static PageAnswers WithSmall(PageAnswers answers) => answers with
    {
        Small = answers.Pictures.ToDictionary(picture => picture.Picture, _ => new SmallPicture(2, 1, [255, 216, 255])),
    };

    [Theory]
    [InlineData("2 of 3 (66.7 %)", "2 of 3 (66.7&#160;%)")]
    [InlineData("give a lower --kd-weight, or", "give a lower <span class=\"option\">--kd-weight</span>, or")]
    [InlineData("<b> & --x<i>", "&lt;b&gt; &amp; <span class=\"option\">--x</span>&lt;i&gt;")]
    [InlineData("a--b % c -- d", "a--b % c -- d")]
    public void A_number_stays_with_its_percent_sign_and_an_option_in_a_piece(string text, string expected) =>
        Assert.Equal(expected, HtmlPage.Prose(text));

    private static XElement Parse(RunPage page) => XDocument.Parse(RunPageWriter.Write(page)).Root!;

    private static IEnumerable<string[]> Rows(XElement page, string caption) => page.Descendants("p")
        .Single(text => text.Attribute("class")?.Value == "caption"
            && text.Value.StartsWith(caption, StringComparison.Ordinal))
        .ElementsAfterSelf().First()
        .Descendants("tbody").Single().Elements("tr")
        .Select(row => row.Elements().Select(cell => cell.Value).ToArray());
}
