using System.Globalization;
using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Runtime.Processes;
using PromptKD.Teachers;
using PromptKD.Training;

namespace PromptKD.Speed;

/// <summary>
/// Steps that several processes share, <c>parallel</c>: a ViT-B/16 student learns from features that are stored, each
/// process its rows of the same batch. Started by mpirun, or alone; the threads are those of OMP_NUM_THREADS.
/// </summary>
internal static class ParallelSteps
{
    private const int Classes = 100;

    /// <summary>
    /// Prints a line: processes, threads, steps a second, share of the time in exchanges, memory of all, GiB, and how
    /// much the first process's own time for a step varies, standard deviation over mean.
    /// </summary>
    /// <param name="steps">Steps that count, behind one that does not.</param>
    public static void Measure(int steps)
    {
        IProcessGroup processes = ProcessGroup.Join();
        manual_seed(1);
        using var student = new Student(
            TrueSize.WithRandomWeights(ImageEncoder.Create(TrueSize.Student, ScalarType.Float32, CPU)),
            TrueSize.StudentShape);
        using var features = new FixedFeatures();
        using var method = new PromptKDMethod(
            student,
            TrueSize.LogitScale,
            new Teacher(TrueSize.RandomClassVectors(Classes), features),
            TrueSize.Settings);
        method.SetTraining(true);
        method.ShareBatches(processes);
        using var step = new TrainingStep(method, new TrainingPlan
        {
            Processes = processes,
            Epochs = 1,
            BatchesPerEpoch = steps,
            PicturesPerEpoch = steps * TrueSize.BatchSize,
            Batches = (_, _) => [],
            Schedule = new LearningRateSchedule(new Configuration.OptimConfig { MaxEpoch = 1 }),
            CheckpointPath = "",
        });
        using Tensor pictures = randn(TrueSize.BatchSize, 3, TrueSize.Student.ImageSize, TrueSize.Student.ImageSize);
        Take();
        processes.Wait(CancellationToken.None);
        TimeSpan before = processes.Exchanging;
        var own = new List<double>(steps);
        double seconds = Timing.Seconds(() =>
        {
            for (int number = 0; number < steps; number++)
            {
                TimeSpan exchanged = processes.Exchanging;
                own.Add(Timing.Seconds(Take) - (processes.Exchanging - exchanged).TotalSeconds);
            }
        });
        double exchanging = (processes.Exchanging - before).TotalSeconds;
        double memory = processes.GatherValues(PeakMemory.Gibibytes(), CancellationToken.None).Sum();
        if (processes.IsLeader())
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{processes.Size} {get_num_threads()} {steps / seconds:0.0000} {exchanging / seconds:0.0000} "
                + $"{memory:0.00} {Spread(own):0.0000}"));
        }

        ProcessGroup.Finish();

        void Take()
        {
            processes.Exchange([0]);
            (int start, int count) = processes.Share().RowsOf(TrueSize.BatchSize);
            using var batch = new Batch(
                pictures.narrow(0, start, count).clone().DetachFromDisposeScope(),
                labels: null,
                [.. Enumerable.Range(start, count)])
            {
                View = 0,
            };
            step.Take(new SharedStep(0, batch, TrueSize.BatchSize), TrueSize.LearningRate, epoch: 1);
        }
    }

    private static double Spread(List<double> values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Count) / mean;
    }

    /// <summary>A row a picture, as a warm store has them in memory.</summary>
    private sealed class FixedFeatures : IImageFeatures
    {
        private readonly Tensor _rows =
            nn.functional.normalize(randn(TrueSize.BatchSize, TrueSize.Teacher.EmbeddingSize), dim: -1);

        public Tensor Of(Batch batch) =>
            _rows.index_select(0, tensor(batch.Items.Select(item => (long)item).ToArray()));

        public void Dispose() => _rows.Dispose();
    }
}
