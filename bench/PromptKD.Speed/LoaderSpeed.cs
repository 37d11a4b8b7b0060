using System.Globalization;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Features.Store;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Training;
using RandomClip;

namespace PromptKD.Speed;

/// <summary>
/// What decoding costs the student's steps, <c>loader</c>: steps from a warm store with a batch that lies in memory,
/// and with batches that are decoded beside the step, by some numbers of threads.
/// </summary>
internal static class LoaderSpeed
{
    private const int Pictures = 4 * TrueSize.BatchSize, Rounds = 7, Classes = 100;

    private static readonly int[] s_workers = [1, 2, 4];

    /// <summary>Prints medians, and what each takes longer than the batch in memory in the same round.</summary>
    public static void Measure(WorkFolder work, ComputeTarget target)
    {
        IReadOnlyList<string> paths = RandomPictures.Write(work.Pictures, Pictures, seed: 1);
        var preprocessing = new Preprocessing { Size = TrueSize.Student.ImageSize };
        using StoredFeatures teacher = RandomStore(work, preprocessing, target);
        var student = new Student(
            TrueSize.WithRandomWeights(ImageEncoder.Create(TrueSize.Student, target.Type, target.Device)),
            TrueSize.StudentShape);
        using TrainingLoop loop = TrueSize.LoopOf(new PromptKDMethod(
            student,
            TrueSize.LogitScale,
            new Teacher(TrueSize.RandomClassVectors(Classes), teacher),
            TrueSize.Settings));
        List<(string Name, IEnumerator<Batch> Batches)> modes = [("in memory", Decoded())];
        modes.AddRange(s_workers.Select(workers =>
            ($"{workers} workers", Load(paths, preprocessing, new PictureLoaderOptions { Workers = workers }))));

        // The first round does not count. The modes take turns, so that a disturbance meets all of them.
        double[][] rounds =
        [
            .. Enumerable.Range(0, Rounds + 1)
                .Select(_ => modes.Select(mode => Timing.Seconds(() => Step(loop, mode.Batches))).ToArray()),
        ];
        Console.WriteLine($"The loader's own choice here: {new PictureLoaderOptions().Workers} workers");
        for (int mode = 0; mode < modes.Count; mode++)
        {
            Print(modes[mode].Name, [.. rounds.Skip(1).Select(round => (round[mode], round[mode] / round[0]))]);
            modes[mode].Batches.Dispose();
        }

        student.Dispose();
    }

    private static void Step(TrainingLoop loop, IEnumerator<Batch> batches)
    {
        batches.MoveNext();
        using Batch batch = batches.Current;
        loop.Step(batch, TrueSize.LearningRate);
    }

    private static IEnumerator<Batch> Decoded()
    {
        Batch[] batches = [.. Enumerable.Range(0, Rounds + 1).Select(_ => TrueSize.RandomBatch())];
        return batches.AsEnumerable().GetEnumerator();
    }

    private static IEnumerator<Batch> Load(
        IReadOnlyList<string> paths, Preprocessing preprocessing, PictureLoaderOptions options)
    {
        var loader = new PictureLoader([.. paths.Select(path => new PictureItem(path))], preprocessing, options);
        return loader.Load(new LoadPlan
        {
            Order = [.. Enumerable.Range(0, (Rounds + 4) * TrueSize.BatchSize).Select(place => place % Pictures)],
            BatchSize = TrueSize.BatchSize,
            Views = new ViewGenerator(Seed: 1),
        }).GetEnumerator();
    }

    private static StoredFeatures RandomStore(WorkFolder work, Preprocessing preprocessing, ComputeTarget target)
    {
        StoreIndex index = StoreSpeed.Index(preprocessing, target);
        var store = TeacherStore.OpenOrBegin(work.Store, index);
        foreach (int shard in store.ShardsToMake(StorePart.Whole))
        {
            using Tensor drawn = randn(index.PicturesPerShard, index.ViewCount, index.EmbeddingSize);
            using Tensor features = nn.functional.normalize(drawn, dim: -1).to(ScalarType.Float16);
            StoreShard.Write(work.Store, shard, features, index.Digest);
        }

        return store.ReadTeacher(target.Device);
    }

    private static void Print(string name, (double Seconds, double Ratio)[] steps)
    {
        double[] ratios = [.. steps.Select(step => step.Ratio)];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {1000 * Timing.Median([.. steps.Select(step => step.Seconds)]):0} ms a step, "
            + $"{Timing.Median(ratios):0.000} of the batch in memory ({ratios.Min():0.000} to {ratios.Max():0.000})"));
    }
}
