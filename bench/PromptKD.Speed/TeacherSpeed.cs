using System.Globalization;
using PromptKD.Data;
using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Speed;

/// <summary>Seconds a step and peak memory of training a teacher: bench/speed.sh --teacher.</summary>
internal static class TeacherSpeed
{
    private const int TimedClasses = 100, ManyClasses = 1000;

    /// <summary>The reference's arithmetic, 100 classes.</summary>
    public static void MeasureReference(WorkFolder work, int repetitions)
    {
        using Batch batch = TeacherSize.RandomBatch();
        using var teacher = new ReferenceTeacher(TimedClasses);
        Add(work, "reference", "fp32", TimedClasses, Timing.MedianSeconds(repetitions, () => teacher.Step(batch)));
    }

    /// <summary>The library, 100 classes, with as much memory as is free.</summary>
    /// <param name="work">Keeps the measurement.</param>
    /// <param name="name">Under which.</param>
    /// <param name="precision">"auto", "fp32" or "bf16".</param>
    /// <param name="repetitions">Timed steps.</param>
    public static void MeasureOwn(WorkFolder work, string name, string precision, int repetitions) =>
        Measure(work, name, precision, TimedClasses, gibibytes: 0, repetitions);

    /// <summary>The library, 1000 classes.</summary>
    /// <param name="work">Keeps the measurement.</param>
    /// <param name="name">Under which.</param>
    /// <param name="gibibytes">What it may take in all, GiB.</param>
    public static void MeasureMany(WorkFolder work, string name, double gibibytes) =>
        Measure(work, name, "auto", ManyClasses, gibibytes, repetitions: 1);

    /// <summary>Prints a table, and the lines that a program may read.</summary>
    public static void Report(WorkFolder work)
    {
        IReadOnlyDictionary<string, double> measured = work.Measurements();
        double reference = measured["reference"], own = measured["own"];
        string precision = ComputeTarget.Resolve("cpu", "auto").PrecisionName;
        Console.WriteLine();
        Write($"{"",-24} {"classes",8} {"s a step",9} {"x reference",12} {"peak GiB",9}");
        Row("reference, fp32", TimedClasses, "reference");
        Row($"library, {precision} (auto)", TimedClasses, "own");
        Row("library, bf16", TimedClasses, "bf16");
        Row($"library, {precision}, in 8 GiB", ManyClasses, "many");
        Row($"library, {precision}, in 4.5 GiB", ManyClasses, "tight");
        Console.WriteLine();
        Write($"teacher_ratio_100 {reference / own:0.00}");
        Write($"teacher_peak_gib_1000 {measured["many peak"]:0.00}");

        void Row(string what, int classes, string name)
        {
            string ratio = classes == TimedClasses
                ? (reference / measured[name]).ToString("0.00", CultureInfo.InvariantCulture)
                : "";
            Write($"{what,-24} {classes,8} {measured[name],9:0.00} {ratio,12} {measured[name + " peak"],9:0.00}");
        }
    }

    private static void Measure(
        WorkFolder work, string name, string precision, int classes, double gibibytes, int repetitions)
    {
        var target = ComputeTarget.Resolve("cpu", precision);
        using Batch batch = TeacherSize.RandomBatch();
        using PromptSRCMethod method = TeacherSize.RandomMethod(target, classes, gibibytes);
        using TrainingLoop loop = TrueSize.LoopOf(method);
        double seconds = Timing.MedianSeconds(repetitions, () => loop.Step(batch, TrueSize.LearningRate));
        Add(work, name, target.PrecisionName, classes, seconds);
    }

    private static void Add(WorkFolder work, string name, string precision, int classes, double seconds)
    {
        work.Add(name, seconds);
        work.Add($"{name} peak", PeakMemory.Gibibytes());
        Write($"  {classes} classes, {precision}: {seconds:0.00} s a step, peak {PeakMemory.Gibibytes():0.00} GiB");
    }

    private static void Write(FormattableString line) =>
        Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
