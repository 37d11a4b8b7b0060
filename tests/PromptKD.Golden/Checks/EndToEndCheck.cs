using System.Globalization;
using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Training;

namespace PromptKD.Golden.Checks;

/// <summary>
/// Whole runs from picture files (golden 13): printed losses and rates, accuracies, the chosen epoch, the order of the
/// pictures, logits and final parameters.
/// </summary>
internal sealed class EndToEndCheck : IGoldenCheck
{
    // Accuracies are ratios of whole numbers; only the last bits may differ.
    private const double AccuracyRounding = 1e-9;

    public string Kind => "end-to-end";

    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        Dictionary<string, Tensor> expected = golden.ReadTensors("expected.safetensors");
        SplitPictures pictures = SplitPictures.Read(golden);
        Dictionary<string, Tensor> actual = [];
        foreach (JsonProperty run in golden.Json.GetProperty("runs").EnumerateObject())
        {
            IEnumerable<Comparison> comparisons = run.Value.TryGetProperty("iterations", out _)
                ? CompareDistillation(golden, run, pictures, expected, actual)
                : CompareZeroShot(golden, run, pictures, expected, actual);
            foreach (Comparison comparison in comparisons)
            {
                yield return comparison;
            }
        }

        foreach ((string name, Tensor value) in expected)
        {
            yield return actual.TryGetValue(name, out Tensor? ours)
                ? Comparison.Of(name, ours.reshape(value.shape), value, Tolerance(golden, name))
                : Comparison.Same(name, "not computed", "computed");
        }
    }

    private static IEnumerable<Comparison> CompareDistillation(
        GoldenCase golden,
        JsonProperty run,
        SplitPictures pictures,
        Dictionary<string, Tensor> expected,
        Dictionary<string, Tensor> actual)
    {
        ExperimentConfig config = EndToEndModels.ReadConfig(golden, run.Value);
        using PromptKDMethod method = EndToEndModels.Build(golden, config.Trainer.PromptKD);
        var result = EndToEndRun.Of(config, method, pictures, EndToEndModels.ReadPreprocessing(golden));
        foreach ((string name, Tensor value) in result.FinalState)
        {
            actual[$"{run.Name}.final.{name}"] = value;
        }

        string last = string.Create(
            CultureInfo.InvariantCulture, $"{run.Name}.eval{result.Evaluations.Count - 1}.test");
        return CompareCounts(run, result, pictures)
            .Concat(CompareIterations(golden, run, result))
            .Concat(CompareEvaluations(run, result, pictures, expected, actual))
            .Concat(EndToEndTraining.Compare(golden, run, expected, NearTies(last, expected)));
    }

    private static IEnumerable<Comparison> CompareCounts(JsonProperty run, EndToEndRun result, SplitPictures pictures)
    {
        JsonElement stated = run.Value;
        yield return Comparison.Same(
            $"{run.Name}: n_train", pictures.Train.Count, stated.GetProperty("n_train").GetInt32());
        foreach (string split in new[] { "val", "test" })
        {
            int count = result.PicturesOf(split).Count;
            yield return Comparison.Same(
                $"{run.Name}: n_{split}", count, stated.GetProperty($"n_{split}").GetInt32());
        }

        yield return Comparison.Same(
            $"{run.Name}: best_epoch", result.BestEpoch, stated.GetProperty("best_epoch").GetInt32());
    }

    private static IEnumerable<Comparison> CompareIterations(GoldenCase golden, JsonProperty run, EndToEndRun result)
    {
        double lossTolerance = golden.Tolerance("iterations.loss") ?? PrintedNumber.HalfOfDecimal(4);
        foreach (JsonElement expected in run.Value.GetProperty("iterations").EnumerateArray())
        {
            int epoch = expected.GetProperty("epoch").GetInt32(), batch = expected.GetProperty("batch").GetInt32();
            string name = string.Create(CultureInfo.InvariantCulture, $"{run.Name}: epoch {epoch} batch {batch}");
            TrainingProgress? step = result.Steps.SingleOrDefault(one => one.Epoch == epoch && one.Batch == batch);
            if (step is null)
            {
                yield return Comparison.Same(name, "missing", "present");
                continue;
            }

            // The reference prints after its scheduler has moved on behind the last batch.
            double rate = batch == step.Batches ? result.Schedule.Rate(epoch) : step.LearningRate;
            double expectedRate = expected.GetProperty("lr").GetDouble();
            yield return Comparison.Same(
                $"{name} of", step.Batches, expected.GetProperty("num_batches").GetInt32());
            yield return Comparison.Of(
                $"{name} loss", step.Loss, expected.GetProperty("loss").GetDouble(), lossTolerance);
            yield return Comparison.Of(
                $"{name} loss_avg", step.MeanLoss, expected.GetProperty("loss_avg").GetDouble(), lossTolerance);
            yield return Comparison.Of(
                $"{name} lr", rate, expectedRate, PrintedNumber.HalfOfSignificant(expectedRate, digits: 5));
        }
    }

    private static IEnumerable<Comparison> CompareEvaluations(
        JsonProperty run,
        EndToEndRun result,
        SplitPictures pictures,
        Dictionary<string, Tensor> expected,
        Dictionary<string, Tensor> actual)
    {
        JsonElement[] stated = [.. run.Value.GetProperty("evaluations").EnumerateArray()];
        yield return Comparison.Same($"{run.Name}: evaluations", result.Evaluations.Count, stated.Length);
        foreach ((int index, (SplitEvaluation evaluation, JsonElement one)) in result.Evaluations.Zip(stated).Index())
        {
            string split = one.GetProperty("split").GetString()!;
            string name = string.Create(CultureInfo.InvariantCulture, $"{run.Name}.eval{index}.{split}");
            yield return Comparison.Same($"{name}: split", evaluation.Split, split);
            actual[$"{name}.logits"] = evaluation.Logits;
            yield return CompareAccuracy(name, evaluation, one, expected);
            yield return CompareOrder(name, evaluation, run.Value.GetProperty($"{split}_order"), pictures);
        }

        yield return Comparison.Of(
            $"{run.Name}: best_val_result",
            result.BestAccuracy,
            run.Value.GetProperty("best_val_result").GetDouble(),
            AccuracyRounding);
    }

    private static IEnumerable<Comparison> CompareZeroShot(
        GoldenCase golden,
        JsonProperty run,
        SplitPictures pictures,
        Dictionary<string, Tensor> expected,
        Dictionary<string, Tensor> actual)
    {
        using ZeroShotMethod method = EndToEndModels.BuildZeroShot(golden, run.Value);
        var evaluation = SplitEvaluation.Run(
            "test",
            ClassRange.All(pictures.ClassCount),
            method.Classify,
            new PictureLoader(
                pictures.Test, EndToEndModels.ReadPreprocessing(golden), new PictureLoaderOptions { Strict = true }),
            EpochOrder.Sequential(pictures.Test.Count),
            new ExperimentConfig().DataLoader.Test.BatchSize);
        actual[$"{run.Name}.logits"] = evaluation.Logits;
        int expectedCount = run.Value.GetProperty("n_test").GetInt32();
        yield return Comparison.Same($"{run.Name}: n_test", evaluation.Metrics.Total, expectedCount);
        yield return CompareAccuracy(run.Name, evaluation, run.Value, expected);
        yield return CompareOrder(run.Name, evaluation, run.Value.GetProperty("test_order"), pictures);
    }

    private static Comparison CompareAccuracy(
        string name, SplitEvaluation evaluation, JsonElement stated, Dictionary<string, Tensor> expected)
    {
        double tolerance = AccuracyRounding + (100.0 * NearTies(name, expected) / evaluation.Metrics.Total);
        return Comparison.Of(
            $"{name}: accuracy", evaluation.Metrics.Accuracy, stated.GetProperty("accuracy").GetDouble(), tolerance);
    }

    // Where the reference's two best logits of a picture nearly tie, either may win.
    private static int NearTies(string name, Dictionary<string, Tensor> expected)
    {
        const double NearTie = 1e-4;
        if (!expected.TryGetValue($"{name}.logits", out Tensor? logits) || logits.shape[1] < 2)
        {
            return 0;
        }

        Tensor best = logits.topk(2).values;
        return (int)(best.select(1, 0) - best.select(1, 1)).less(NearTie).sum().item<long>();
    }

    private static Comparison CompareOrder(
        string name, SplitEvaluation evaluation, JsonElement stated, SplitPictures pictures) => Comparison.Same(
            $"{name}: order",
            string.Join('\n', evaluation.Order.Select(picture => pictures.NameOf(pictures.Test[picture]))),
            string.Join('\n', stated.EnumerateArray().Select(path => path.GetString())));

    /// <summary>How far a tensor may be from the expected one.</summary>
    public static double Tolerance(GoldenCase golden, string name) => golden.Tolerance(name)
        ?? (name.EndsWith("num_batches_tracked", StringComparison.Ordinal) ? 0
            : golden.Tolerance(name.EndsWith(".logits", StringComparison.Ordinal) ? "logits" : "final parameters")
            ?? 0);
}
