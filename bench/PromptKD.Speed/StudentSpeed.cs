using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Features.Store;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Training;

namespace PromptKD.Speed;

/// <summary>Seconds a picture of the library's own steps: <c>live CLASSES</c> and <c>warm CLASSES</c>.</summary>
internal static class StudentSpeed
{
    // As in TrainingStepBenchmarks of PromptKD.Benchmarks.
    private const double StepGflopPerPicture = 65.7;

    /// <summary>The teacher looks at the pictures of each step.</summary>
    public static void MeasureLive(WorkFolder work, ComputeTarget target, int repetitions)
    {
        using var teacher = new LiveFeatures(
            TrueSize.WithRandomWeights(ImageEncoder.Create(TrueSize.Teacher, target.Type, target.Device)),
            prompts: null);
        MeasureSteps(work, "live", teacher, target, repetitions);
    }

    /// <summary>
    /// The teacher's features are read from a store. Before each step the matrix product is measured, too: the share
    /// of it that the step reaches is <c>fraction of peak</c>.
    /// </summary>
    public static void MeasureWarm(WorkFolder work, ComputeTarget target, int repetitions)
    {
        using IImageFeatures teacher = TeacherStore.Open(work.Store).ReadTeacher(target.Device);
        using var product = new MatrixProduct(target.Type);
        List<double> peaks = [], fractions = [];
        MeasureSteps(work, "warm", teacher, target, repetitions, step =>
        {
            double peak = product.MeasureGflops();
            double seconds = step();
            peaks.Add(peak);
            fractions.Add(TrueSize.BatchSize * StepGflopPerPicture / seconds / peak);
            return seconds;
        });
        work.Add("product", Timing.Median(peaks));
        work.Add("fraction of peak", Timing.Median(fractions));
    }

    // The numbers of classes take turns, so that a disturbance meets all of them.
    private static void MeasureSteps(
        WorkFolder work,
        string name,
        IImageFeatures teacher,
        ComputeTarget target,
        int repetitions,
        Func<Func<double>, double>? around = null)
    {
        using Batch batch = TrueSize.RandomBatch();
        var student = new Student(
            TrueSize.WithRandomWeights(ImageEncoder.Create(TrueSize.Student, target.Type, target.Device)),
            TrueSize.StudentShape);
        Dictionary<int, TrainingLoop> loops = TrueSize.ClassCounts.ToDictionary(classes => classes, classes =>
            TrueSize.LoopOf(new PromptKDMethod(
                student,
                TrueSize.LogitScale,
                new Teacher(TrueSize.RandomClassVectors(classes), teacher),
                TrueSize.Settings)));
        double Step(int classes) => Timing.Seconds(() => loops[classes].Step(batch, TrueSize.LearningRate));

        Step(TrueSize.ClassCounts[0]);
        ILookup<int, double> seconds = Enumerable.Range(0, repetitions)
            .SelectMany(_ => TrueSize.ClassCounts)
            .Select(classes => (classes, Seconds: around?.Invoke(() => Step(classes)) ?? Step(classes)))
            .ToLookup(one => one.classes, one => one.Seconds);
        foreach (IGrouping<int, double> group in seconds)
        {
            work.Add($"{name} {group.Key}", Timing.Median([.. group]) / TrueSize.BatchSize);
            loops[group.Key].Dispose();
        }

        student.Dispose();
    }
}
