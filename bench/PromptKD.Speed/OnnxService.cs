using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Export.Onnx;
using PromptKD.Inference;
using PromptKD.Runtime;
using RandomClip;

namespace PromptKD.Speed;

/// <summary>What a classifier adds to decoding and graph, and what eight threads get out of one.</summary>
internal static class OnnxService
{
    private const int Callers = 8;
    private const int PicturesOfCaller = 4;
    private const int RoundsOfThreads = 4;

    // Longer than eight pictures take to be read: who is alone does not wait for it.
    private static readonly TimeSpan s_gathering = TimeSpan.FromMilliseconds(200);

    private static readonly string[] s_outputs =
        [OnnxDescription.Logits, OnnxDescription.Probabilities, OnnxDescription.Features];

    /// <summary>Measures and prints both, for the fastest graph.</summary>
    /// <param name="files">All written.</param>
    /// <param name="rounds">Turns of the first comparison.</param>
    public static void Measure(OnnxFiles files, int rounds) => WithPictures(paths =>
    {
        Console.WriteLine();
        MeasureShare(files.Dynamic, paths, rounds);
        MeasureThreads(files.Dynamic, paths, RoundsOfThreads);
    });

    /// <summary>Measures and prints the second alone, in 8 bits and in float32.</summary>
    /// <param name="files">All written.</param>
    /// <param name="rounds">Turns of each contender.</param>
    public static void MeasureThreads(OnnxFiles files, int rounds) => WithPictures(paths =>
    {
        foreach (string graph in (string[])[files.Dynamic, files.Floats])
        {
            Console.WriteLine();
            Console.WriteLine(Path.GetFileName(graph));
            MeasureThreads(graph, paths, rounds);
        }
    });

    private static void WithPictures(Action<IReadOnlyList<string>> measure)
    {
        string folder = Directory.CreateTempSubdirectory("promptkd-onnx").FullName;
        try
        {
            measure(RandomPictures.Write(folder, Callers, seed: 1));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Whether a small graph is worth a second thread: calls of one caller, and of several.</summary>
    /// <param name="files">Of a small student.</param>
    public static void MeasureSmall(OnnxFiles files)
    {
        const int Calls = 200;
        byte[] pixels = new byte[OnnxFiles.DemoSize.ImageSize * OnnxFiles.DemoSize.ImageSize * 3];
        long[] shape = [1, OnnxFiles.DemoSize.ImageSize, OnnxFiles.DemoSize.ImageSize, 3];
        Console.WriteLine();
        foreach (int threads in (int[])[1, 2, 1, 2])
        {
            using OnnxSession session = OnnxSession.Open(files.Floats, options => options.IntraOpNumThreads = threads);
            void Ask() => session.Run(OnnxInput.Pixels.Name, pixels, shape, s_outputs);
            double one = Timing.MedianSeconds(RoundsOfThreads, () => Repeat(Ask, Calls));
            double many = Timing.MedianSeconds(
                RoundsOfThreads, () => Parallel.For(0, Callers, _ => Repeat(Ask, Calls / Callers)));
            Console.WriteLine(
                $"demo size, {threads} threads: one caller {Calls / one:0} pictures/s, {Callers} callers {Calls / many:0} pictures/s");
        }
    }

    private static void Repeat(Action work, int times)
    {
        for (int turn = 0; turn < times; turn++)
        {
            work();
        }
    }

    private static PictureInput[] InputsOf(IEnumerable<string> paths) =>
        [.. paths.Select(path => PictureInput.FromFile(path))];

    private static void MeasureShare(string graph, IReadOnlyList<string> paths, int rounds)
    {
        PictureInput[] pictures = InputsOf(paths);
        using var classifier = OnnxStudentClassifier.Load(graph);
        using OnnxSession session = OnnxSession.Open(graph);
        int size = classifier.Preprocessing.Size;
        var reader = new PictureReader([classifier.Preprocessing]);
        List<double> ratios = [], whole = [];
        for (int turn = -1; turn < rounds * PicturesOfCaller; turn++)
        {
            int place = Math.Max(turn, 0) % pictures.Length;
            double parts = Timing.Seconds(() =>
            {
                using PixelBuffer window = reader.ReadWindow(new FileBytes(paths[place]));
                session.Run(OnnxInput.Pixels.Name, window.ToColours(), [1, size, size, 3], s_outputs);
            });
            double answer = Timing.Seconds(() => classifier.Classify(pictures[place]));
            if (turn >= 0)
            {
                ratios.Add(answer / parts);
                whole.Add(answer);
            }
        }

        Console.WriteLine(
            $"from a JPEG file to its answer: {1000 * Timing.Median(whole):0.0} ms, "
            + $"{Timing.Median(ratios):0.000} times decoding, resizing and graph");
    }

    private static void MeasureThreads(string graph, IEnumerable<string> paths, int rounds)
    {
        PictureInput[] pictures = InputsOf(paths);
        using var alone = OnnxStudentClassifier.Load(graph);
        using var gathering = OnnxStudentClassifier.Load(graph, new OnnxOptions { GatherFor = s_gathering });
        List<double> batches = [], shared = [], gathered = [];
        alone.Classify(pictures);
        gathering.Classify(pictures);
        for (int round = 0; round < rounds; round++)
        {
            batches.Add(Timing.Seconds(() =>
            {
                for (int turn = 0; turn < PicturesOfCaller; turn++)
                {
                    alone.Classify(pictures);
                }
            }));
            shared.Add(Timing.Seconds(() => AskTogether(alone, pictures)));
            gathered.Add(Timing.Seconds(() => AskTogether(gathering, pictures)));
        }

        double asked = Callers * PicturesOfCaller;
        Console.WriteLine($"one thread, batches of {Callers}: {asked / Timing.Median(batches):0.0} pictures/s");
        Report($"{Callers} threads, one classifier", shared);
        Report($"the same, gathered within {s_gathering.TotalMilliseconds:0} ms", gathered);

        void Report(string name, List<double> own) => Console.WriteLine(
            $"{name}: {asked / Timing.Median(own):0.0} pictures/s, "
            + $"{Timing.Median([.. batches.Zip(own, (one, other) => one / other)]):0.00} times as many");
    }

    private static void AskTogether(OnnxStudentClassifier classifier, PictureInput[] pictures)
    {
        Thread[] callers =
        [
            .. pictures.Select(picture => new Thread(() =>
            {
                for (int turn = 0; turn < PicturesOfCaller; turn++)
                {
                    classifier.Classify(picture);
                }
            })),
        ];
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());
    }
}
