using System.Globalization;
using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Speed;

/// <summary>Seconds a step and peak memory of training a teacher: bench/speed.sh --teacher.</summary>
internal static class TeacherSpeed
{
    /// <summary>Names of measurements.</summary>
    public const string Many = "many", Tight = "tight";

    private const string Reference = "reference", Auto = "auto", BFloat16 = "bf16";
    private const int TimedClasses = 100, ManyClasses = 1000;

    /// <summary>
    /// 100 classes: the reference's arithmetic, the library in the precision that it chooses, and in bfloat16. They
    /// take turns, and the fastest step of each counts: other programs only ever add to it.
    /// </summary>
    public static void MeasureSteps(WorkFolder work, int rounds)
    {
        using Batch batch = TeacherSize.RandomBatch();
        using var reference = new ReferenceTeacher(TimedClasses);
        using var auto = new OwnStep("auto", TimedClasses, gibibytes: 0);
        using var bfloat16 = new OwnStep("bf16", TimedClasses, gibibytes: 0);
        (string Name, Action Step)[] steps =
        [
            (Reference, () => reference.Step(batch)),
            (Auto, () => auto.Run(batch)),
            (BFloat16, () => bfloat16.Run(batch)),
        ];
        Array.ForEach(steps, one => one.Step());
        ILookup<string, double> seconds = Enumerable.Range(0, rounds)
            .SelectMany(_ => steps)
            .Select(one => (one.Name, Seconds: Timing.Seconds(one.Step)))
            .ToLookup(one => one.Name, one => one.Seconds);
        foreach (IGrouping<string, double> group in seconds)
        {
            work.Add(group.Key, group.Min());
            string each = string.Join(", ", group.Select(one => one.ToString("0.00", CultureInfo.InvariantCulture)));
            Console.WriteLine($"  {group.Key}, {TimedClasses} classes: {each} s a step");
        }
    }

    /// <summary>The library, 1000 classes.</summary>
    /// <param name="work">Keeps the measurement.</param>
    /// <param name="name">Under which.</param>
    /// <param name="gibibytes">What it may take in all, GiB.</param>
    public static void MeasureMany(WorkFolder work, string name, double gibibytes)
    {
        using Batch batch = TeacherSize.RandomBatch();
        using var own = new OwnStep("auto", ManyClasses, gibibytes);
        work.Add(name, Timing.MedianSeconds(repetitions: 1, () => own.Run(batch)));
        work.Add(PeakOf(name), PeakMemory.Gibibytes());
    }

    /// <summary>Prints a table, and the lines that a program may read.</summary>
    public static void Report(WorkFolder work)
    {
        IReadOnlyDictionary<string, double> measured = work.Measurements();
        string precision = ComputeTarget.Resolve("cpu", "auto").PrecisionName;
        Console.WriteLine();
        Write($"{"",-28} {"classes",8} {"s a step",9} {"x reference",12} {"peak GiB",9}");
        PrintTimed("reference, fp32", Reference);
        PrintTimed($"library, {precision} (auto)", Auto);
        PrintTimed("library, bf16", BFloat16);
        PrintMany($"library, {precision}, in 8 GiB", Many);
        PrintMany($"library, {precision}, in 4.5 GiB", Tight);
        Console.WriteLine();
        Write($"teacher_ratio_100 {measured[Reference] / measured[Auto]:0.00}");
        Write($"teacher_peak_gib_1000 {measured[PeakOf(Many)]:0.00}");

        void PrintTimed(string what, string name) => Write(
            $"{what,-28} {TimedClasses,8} {measured[name],9:0.00} {measured[Reference] / measured[name],12:0.00}");
        void PrintMany(string what, string name) => Write(
            $"{what,-28} {ManyClasses,8} {measured[name],9:0.00} {"",12} {measured[PeakOf(name)],9:0.00}");
    }

    private static string PeakOf(string name) => name + " peak";

    private static void Write(FormattableString line) =>
        Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>Steps of the library's own loop.</summary>
    private sealed class OwnStep : IDisposable
    {
        private readonly PromptSRCMethod _method;
        private readonly TrainingLoop _loop;

        public OwnStep(string precision, int classes, double gibibytes)
        {
            _method = TeacherSize.RandomMethod(ComputeTarget.Resolve("cpu", precision), classes, gibibytes);
            _loop = TrueSize.LoopOf(_method);
        }

        public void Run(Batch batch) => _loop.Step(batch, TrueSize.LearningRate);

        public void Dispose()
        {
            _loop.Dispose();
            _method.Dispose();
        }
    }
}
