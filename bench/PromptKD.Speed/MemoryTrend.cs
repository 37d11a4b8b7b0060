using System.Globalization;
using PromptKD.Features.Store;
using PromptKD.Teachers;
using PromptKD.Training;

namespace PromptKD.Speed;

/// <summary>
/// Whether memory grows with time, <c>memory</c>: resident memory and live tensors while the demo's teacher fills a
/// store, and while its student learns from it.
/// </summary>
internal static class MemoryTrend
{
    private const int Epochs = 30, PhotosPerClass = 20;

    /// <summary>Prints a line for filling and one for training, 900 batches of 32 pictures each.</summary>
    public static void Measure(SmallRuns runs)
    {
        runs.Draw(PhotosPerClass, testPerClass: 1);
        var filling = new Sampler();
        TeacherStoring.Fill(runs.Config("", Epochs, seed: 1, "store"), StorePart.Whole, filling);
        filling.Print("filling a store");
        var training = new Sampler();
        Experiment.Distil(runs.Config("run", Epochs, seed: 1, "store"), training);
        training.Print("training from it");
    }

    /// <summary>Takes a sample behind each batch or step.</summary>
    private sealed class Sampler : ITrainingObserver
    {
        private readonly List<(double Mebibytes, long Tensors)> _samples = [];

        public void OnStored(long done, long total) => Take();

        public void OnStep(TrainingProgress progress) => Take();

        public void Print(string what)
        {
            int begin = _samples.Count / 3;
            double[] memory = [.. _samples.Skip(begin).Select(sample => sample.Mebibytes)];
            long[] tensors = [.. _samples.Skip(begin).Select(sample => sample.Tensors)];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: {_samples.Count} batches; from the {begin + 1}st on {memory[0]:0.0} to {memory[^1]:0.0} MiB "
                + $"resident, at most {memory.Max():0.0}, {100 * Slope(memory):0.00} MiB in 100 batches; "
                + $"{tensors.Min()} to {tensors.Max()} live tensors, {tensors[0]} first and {tensors[^1]} last"));
        }

        private void Take() => _samples.Add((1024 * PeakMemory.ResidentGibibytes(), Tensor.TotalCount));

        // Least squares.
        private static double Slope(double[] values)
        {
            double middle = (values.Length - 1) / 2.0;
            double mean = values.Average();
            return values.Select((value, place) => (place - middle) * (value - mean)).Sum()
                / values.Select((_, place) => (place - middle) * (place - middle)).Sum();
        }
    }
}
