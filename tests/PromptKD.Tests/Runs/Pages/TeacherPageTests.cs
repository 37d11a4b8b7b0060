using System.Xml.Linq;
using PromptKD.Configuration;
using PromptKD.Evaluation;
using PromptKD.Pages;
using PromptKD.Runs;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Tests.Runs.Teach;

namespace PromptKD.Tests.Runs.Pages;

/// <summary>The page that lies beside a teacher that was taught, from a run to its HTML.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class TeacherPageTests : IDisposable
{
    private readonly TeachingRuns _runs = new();

    private string Page => Path.Combine(_runs.Output("run"), RunPageWriter.FileName);

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Says_what_was_made_of_what_and_what_it_gained_and_is_made_again_where_it_is_missing()
    {
        ExperimentConfig config = _runs.Config() with { Seed = 7 };
        File.WriteAllText(Path.Combine(_runs.Labelled, TeachingRuns.Classes[0], "broken.png"), "no picture");
        config = config with { Optim = config.Optim with { Lr = 0.0123 } };

        TeachingReport report = TeachingRuns.Teach(config);

        string whole = File.ReadAllText(Page);
        XElement page = XDocument.Parse(whole).Root!;
        string[] texts = [.. page.DescendantNodes().OfType<XText>().Select(text => text.Value)];
        Assert.Contains("A teacher of 4 classes, taught by PromptSRC", texts);
        Assert.Contains(
            $"It names {report.Taught!.All:0.0}\u00a0% of {report.Taught.Pictures} labelled pictures right that it did not learn from; the CLIP as it came {report.ZeroShot!.All:0.0}\u00a0%.",
            texts);
        Assert.Contains(_runs.Clip, texts);
        Assert.Contains("7", texts);
        Assert.Contains("VLPromptLearner/model.pth.tar-2", texts);
        Assert.Contains(page.Descendants("tr"), row => row.Value == "OPTIM.LR0.0123");
        Assert.Contains(page.Descendants("tr"), row => row.Value.Contains("broken.png", StringComparison.Ordinal));
        Assert.Equal(2, page.Descendants("svg").Count(
            svg => svg.Attribute("aria-label")!.Value.Contains("epoch", StringComparison.Ordinal)));
        Assert.NotEmpty(page.Descendants("img"));

        // The counts of the page are those of the report, which other code counted.
        int right = page.Descendants("div").Single(part => part.Attribute("aria-label")?.Value.StartsWith("The weakest classes first", StringComparison.Ordinal) == true)
            .Descendants("tbody").Descendants("tr").Sum(row => int.Parse(row.Elements().ElementAt(2).Value, null));
        Assert.Equal(report.Taught.All, 100.0 * right / report.Taught.Pictures, 9);
        PictureAnswers kept = AnswerFile.ReadIfAny(_runs.Output("run"))!;
        Assert.Equal(
            report.ZeroShot.All,
            100.0 * kept.Pictures.Count(one => one.Teacher![0].Class == one.Label) / kept.Pictures.Count,
            9);

        File.Delete(Page);
        TeachingRuns.Teach(config);
        Assert.Equal(whole, File.ReadAllText(Page));
    }

    [Fact]
    public void Says_that_nothing_was_measured_and_what_the_guard_sees()
    {
        ExperimentConfig config = _runs.Config();

        TeachingRuns.Teach(config with
        {
            Dataset = config.Dataset with { NumShots = 0 },
            Optim = config.Optim with { WarmupEpoch = 9 },
            Distill = config.Distill with { Base = 0 },
        });

        XElement page = XDocument.Load(Page).Root!;
        Assert.Contains("Nothing was measured", page.Value, StringComparison.Ordinal);
        Assert.Contains(
            page.Descendants("li"),
            line => line.Value.StartsWith("every epoch is one of warm-up", StringComparison.Ordinal));
        Assert.Contains(
            "warning: every epoch is one of warm-up",
            File.ReadAllText(Path.Combine(_runs.Output("run"), "log.txt")),
            StringComparison.Ordinal);
        Assert.Empty(page.Descendants("img"));
    }

    [Fact]
    public void Says_first_where_teaching_did_harm()
    {
        ExperimentConfig config = _runs.Config();
        TeachingReport report = TeachingRuns.Teach(config);
        var before = new BaseNovelResult(80, 80, 80, 80, 1000);
        (report with { ZeroShot = before, Taught = before with { All = 50 } }).Write(_runs.Output("run"));
        File.Delete(Page);

        TeachingRuns.Teach(config);

        Assert.Contains(
            XDocument.Load(Page).Descendants("li"),
            line => line.Value.StartsWith("teaching did harm: the taught teacher names 50.0", StringComparison.Ordinal));
    }
}
