using System.Xml.Linq;
using PromptKD.Configuration;
using PromptKD.Evaluation;
using PromptKD.Pages;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Tests.Runs.Train;

namespace PromptKD.Tests.Runs.Pages;

/// <summary>The page that lies beside a training on a benchmark data set, from a run to its HTML.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class BenchmarkPageTests : IDisposable
{
    private readonly TrainingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Of_base_to_novel_has_both_halves_each_among_its_own_classes()
    {
        TrainingResult result = Train(_runs.Config(options: ["TEST.SELECT", "reference", "OPTIM.LR", "0.0123"]));

        XElement page = Load();
        Assert.Contains($"a harmonic mean of {result.HarmonicMean:0.0}\u00a0%", page.Value, StringComparison.Ordinal);
        Assert.Contains(
            page.Descendants("li"),
            line => line.Value.StartsWith("the epoch was chosen by test pictures", StringComparison.Ordinal));
        Assert.Contains(page.Descendants("tr"), row => row.Value == "OPTIM.LR0.0123");
        Assert.Equal(result.Novel!.Value, Accuracy(page, "tested-novel", out string[] novel), 9);
        Assert.Equal(result.Base!.Value, Accuracy(page, "tested-base", out string[] known), 9);
        Assert.Equal(2, novel.Length);
        Assert.Equal(2, known.Length);
        Assert.Empty(novel.Intersect(known));
        Assert.NotEmpty(page.Descendants("img"));
    }

    [Fact]
    public void Of_a_method_without_a_teacher_does_not_speak_of_one()
    {
        TrainingResult result = Train(_runs.Config(options:
            ["TRAINER.NAME", "CoOp", "TRAINER.COOP.PREC", "fp32", "DATASET.NUM_SHOTS", "1", "DATASET.SUBSAMPLE_CLASSES", "base"]));

        XElement page = Load();
        Assert.Equal("CoOp on EuroSAT", page.Descendants("h1").Single().Value);
        Assert.Contains(
            $"It names {result.Accuracy:0.0}\u00a0% of {result.TestPictures} test pictures right.",
            page.Value,
            StringComparison.Ordinal);
        Assert.Equal(result.Accuracy!.Value, Accuracy(page, "tested", out string[] classes), 9);
        Assert.Equal(2, classes.Length);
        Assert.Contains("Accuracy while learning", page.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("teacher", page.Element("body")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_test_says_so()
    {
        Train(_runs.Config(options: ["TEST.NO_TEST", "True"]));

        Assert.Contains("Nothing was tested", Load().Value, StringComparison.Ordinal);
    }

    private static TrainingResult Train(ExperimentConfig config) =>
        Experiment.Train(
            config, new TrainingRequest(), cancellationToken: TestContext.Current.CancellationToken).Result!;

    private XElement Load() => XDocument.Load(Path.Combine(_runs.Output("run"), RunPageWriter.FileName)).Root!;

    // Right pictures by all pictures, percent, of the table of classes behind a heading.
    private static double Accuracy(XElement page, string anchor, out string[] classes)
    {
        XElement[][] rows =
        [
            .. page.Descendants("h2").Single(heading => heading.Attribute("id")?.Value == anchor)
                .ElementsAfterSelf("div").First().Descendants("tbody").Descendants("tr").Select(
                    row => row.Elements().ToArray()),
        ];
        classes = [.. rows.Select(row => row[0].Value)];
        return 100.0 * rows.Sum(row => int.Parse(row[2].Value, null)) / rows.Sum(row => int.Parse(row[1].Value, null));
    }
}
