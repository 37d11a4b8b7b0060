using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Features.Store;
using PromptKD.Runs;
using PromptKD.Teachers;

namespace PromptKD.Speed;

/// <summary>
/// What training from a store changes, <c>difference</c>: the demo's models learn with the teacher live, and from a
/// store with a view an epoch, with the same seed. Beside it, what training makes of a change of the same size in
/// another place: live, with a loss weight that is larger by half a unit of float16.
/// </summary>
internal static class StoreDifference
{
    private const int Epochs = 10, Seeds = 3;

    /// <summary>Prints a line for each seed.</summary>
    public static void Measure(SmallRuns runs)
    {
        runs.Draw(photosPerClass: 10, testPerClass: 10);
        for (int seed = 1; seed <= Seeds; seed++)
        {
            DistillationReport live = Experiment.Distil(runs.Config($"live {seed}", Epochs, seed));
            TeacherStoring.Fill(runs.Config("", Epochs, seed, $"store {seed}"), StorePart.Whole);
            DistillationReport stored = Experiment.Distil(runs.Config($"stored {seed}", Epochs, seed, $"store {seed}"));
            Print($"seed {seed}, store", StudentDifference.Of(live, stored, runs.TestPictures));
            DistillationReport weighed =
                Experiment.Distil(WithLargerWeight(runs.Config($"weighed {seed}", Epochs, seed)));
            Print($"seed {seed}, weight", StudentDifference.Of(live, weighed, runs.TestPictures));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"float16 rounds by at most {StudentDifference.HalfPrecision:e1}, relative"));
    }

    private static ExperimentConfig WithLargerWeight(ExperimentConfig config)
    {
        PromptKDConfig method = config.Trainer.PromptKD;
        double weight = method.KdWeight * (1 + StudentDifference.HalfPrecision);
        return config with { Trainer = config.Trainer with { PromptKD = method with { KdWeight = weight } } };
    }

    private static void Print(string what, StudentDifference difference) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what}: relative, loss of epoch 1 {difference.Losses[0]:e1}, of epoch {Epochs} {difference.Losses[^1]:e1}, "
        + $"largest {difference.Losses.Max():e1}; learned values {difference.Learned:e1}, the farthest "
        + $"{difference.Farthest} {difference.FarthestDifference:e1}; probabilities of a test picture at most "
        + $"{difference.Probabilities:e1} in sum; the same class for {100 * difference.Agreement:0.00} %"));
}
