using PromptKD.Data.Decoding;
using PromptKD.Evaluation;
using PromptKD.Inference.Evaluations;
using PromptKD.Tests.Data;

namespace PromptKD.Tests.Evaluation;

/// <summary>Four pictures of three classes, whose logits are given: every number is by hand.</summary>
public sealed class EvaluationReportTests : IDisposable
{
    private static readonly string[] s_names = ["ape", "bee", "cat"];

    // Softmax of [ln 8, ln 1, ln 1] is 0.8, 0.1, 0.1.
    private static readonly float[][] s_logits =
    [
        [MathF.Log(8), 0, 0], // an ape, and said so with 0.8
        [0, MathF.Log(2), MathF.Log(2)], // an ape; a bee and a cat have 0.4 each: the first of equals
        [0, MathF.Log(2), 0], // a bee, with 0.5
        [MathF.Log(18), 0, MathF.Log(1)], // a bee, taken for an ape with 0.9
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Counts_what_was_said_of_each_class()
    {
        EvaluationReport report = Measure();

        Assert.Equal(50, report.All);
        Assert.Equal(50, report.MeanClassAccuracy);
        Assert.Equal(["cat"], report.EmptyClasses);
        Assert.Equal(
            [new ClassResult("ape", 2, 1, 2), new ClassResult("bee", 2, 1, 2), new ClassResult("cat", 0, 0, 0)],
            report.Classes);
        Assert.Equal([50, 50, null], report.Classes.Select(one => one.Accuracy));
        Assert.Equal([[1, 1, 0], [1, 1, 0], [0, 0, 0]], report.Confusion);
    }

    [Fact]
    public void Names_mistakes_with_the_surest_first()
    {
        Mistake[] mistakes = [.. Measure().Mistakes];

        Assert.Equal(["bee/2.png", "ape/2.png"], mistakes.Select(one => Path.GetRelativePath(_folder, one.Path)));
        Assert.Equal(("bee", "ape"), (mistakes[0].ClassName, mistakes[0].Answer));
        Assert.Equal([0.9, 0.4], mistakes.Select(one => one.Probability), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([0.05, 0.2], mistakes.Select(one => one.ProbabilityOfClass), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    // Right with 0.8 and 0.5, wrong with 0.4 and 0.9, each in a bin of its own: (0.2 + 0.5 + 0.4 + 0.9) / 4.
    [Fact]
    public void Knows_how_far_probabilities_are_off() => Assert.Equal(0.5, Measure().CalibrationError, precision: 6);

    // Right with 0.8 and 0.5, wrong with 0.4 and 0.9.
    [Fact]
    public void Says_what_a_threshold_leaves()
    {
        IReadOnlyList<ThresholdResult> thresholds = Measure().Thresholds;

        Assert.Contains(new ThresholdResult(0.25, 1, 0.5), thresholds);
        Assert.Contains(new ThresholdResult(0.6, 0.5, 0.5), thresholds);
        Assert.Contains(new ThresholdResult(0.95, 0, null), thresholds);
    }

    [Fact]
    public void Is_one_line_of_json()
    {
        string json = EvaluationRun.ToJson(Measure());

        Assert.StartsWith("{\"all\":50,\"macroF1\":50,", json, StringComparison.Ordinal);
        Assert.Contains("\"confusion\":[[1,1,0],[1,1,0],[0,0,0]]", json, StringComparison.Ordinal);
        Assert.Contains("\"emptyClasses\":[\"cat\"]", json, StringComparison.Ordinal);
        Assert.DoesNotContain("\"base\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', json);
    }

    private EvaluationReport Measure()
    {
        foreach (string name in new[] { "ape/1.png", "ape/2.png", "bee/1.png", "bee/2.png" })
        {
            string path = Path.Combine(_folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, TestPictures.Gradient(8, 8));
        }

        using Tensor logits = tensor([.. s_logits.SelectMany(row => row)]).view(4, 3);
        var evaluation = new FolderEvaluation(
            _folder, s_names, [new Preprocessing { Size = 8 }], options: null, required: 0);
        Evaluator answers = evaluation.Judge(
            _ => [logits], count: 1, baseClasses: null, batchSize: 4, told: null,
            TestContext.Current.CancellationToken)[0];
        return EvaluationReport.Of(
            evaluation.Items, evaluation.Skipped, answers, temperature: 1, s_names, baseClasses: null);
    }
}
