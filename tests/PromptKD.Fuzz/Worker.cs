using System.IO.MemoryMappedFiles;

namespace PromptKD.Fuzz;

/// <summary>
/// Tries one case after another in a process of its own, and says which of them ended otherwise than they may.
/// </summary>
internal static class Worker
{
    /// <summary>Begins the line of a case that failed.</summary>
    public const string FaultMark = "FAULT";

    /// <summary>Begins the line of how many cases a target read and refused.</summary>
    public const string CountMark = "count";

    /// <summary>What a worker is at before its first case.</summary>
    public const long NotBegun = -1;

    private const long MaxBytes = 64 << 20;
    private const int MaxMessage = 10_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private enum Ending
    {
        /// <summary>The file was read.</summary>
        Read,

        /// <summary>It was refused as documented.</summary>
        Refused,

        /// <summary>Neither.</summary>
        Fault,
    }

    public static int Run(FuzzOptions options)
    {
        set_num_threads(1);
        using var map = MemoryMappedFile.CreateFromFile(options.Progress, FileMode.Open, mapName: null, sizeof(long));
        using MemoryMappedViewAccessor progress = map.CreateViewAccessor(0, sizeof(long));
        string folder = Directory.CreateTempSubdirectory("promptkd-fuzz-worker-").FullName;
        try
        {
            var samples = Targets.All.ToDictionary(
                target => target.Name, target => Sample.ReadAll(options.Corpus, target.Name));
            var counts = new Dictionary<(string, Ending), long>();
            Warm(samples, folder);
            for (long done = 0, number = options.First; done < options.Cases; done++, number += options.Step)
            {
                progress.Write(0, number);
                Target target = Targets.Of(number, options.Only);
                (Ending ending, string fault) = Try(target, samples[target.Name], options, number, folder);
                counts[(target.Name, ending)] = counts.GetValueOrDefault((target.Name, ending)) + 1;
                if (ending == Ending.Fault)
                {
                    Console.WriteLine($"{FaultMark}\t{target.Name}\t--seed {options.Seed} --first {number}\t{fault}");
                }
            }

            foreach (string name in samples.Keys)
            {
                long read = counts.GetValueOrDefault((name, Ending.Read));
                long refused = counts.GetValueOrDefault((name, Ending.Refused));
                Console.WriteLine($"{CountMark}\t{name}\t{read}\t{refused}");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // What is loaded once is no case's cost.
    private static void Warm(Dictionary<string, Sample[]> samples, string folder)
    {
        foreach (Target target in Targets.All)
        {
            foreach (Sample sample in samples[target.Name])
            {
                sample.Place(folder, sample.Files);
                target.Read(sample.FolderIn(folder));
            }
        }
    }

    private static (Ending Ending, string Fault) Try(
        Target target, Sample[] samples, FuzzOptions options, long number, string folder)
    {
        var random = new Random(unchecked((int)((options.Seed * 1_000_003L) + number)));
        Sample sample = samples[random.Next(samples.Length)];
        Dictionary<string, byte[]> files = Mutation.Apply(random, sample, samples);
        sample.Place(folder, files);

        // Before it is read: a worker that takes too much is killed amid that.
        if (options.Keep is not null && options.Cases == 1)
        {
            sample.Place(Path.Combine(options.Keep, $"{target.Name}-{number}"), files);
        }

        (Ending ending, string fault) = Measure(target, sample, files, folder);

        // The collector and the compiler at work: only what comes again is the reader's.
        if (ending == Ending.Fault)
        {
            GC.Collect();
            (ending, fault) = Measure(target, sample, files, folder);
        }

        if (options.Keep is not null && ending == Ending.Fault)
        {
            sample.Place(Path.Combine(options.Keep, $"{target.Name}-{number}"), files);
        }

        sample.Place(folder, sample.Files);
        return (ending, fault);
    }

    private static (Ending Ending, string Fault) Measure(
        Target target, Sample sample, Dictionary<string, byte[]> files, string folder)
    {
        long allowed = MaxBytes + files.Values.Sum(file => (long)file.Length);
        var memory = PeakMemory.Begin();
        TimeSpan start = Environment.CpuUsage.TotalTime;
        string? fault = null;
        Ending ending = Ending.Read;
        try
        {
            target.Read(sample.FolderIn(folder));
        }
        catch (PromptKDException error)
        {
            ending = Ending.Refused;
            fault = error.Message.Contains('\n', StringComparison.Ordinal)
                ? $"says more than one line: {Line(error.Message)}"
                : error.Message.Length > MaxMessage ? $"says {error.Message.Length} letters"
                : null;
        }
        catch (Exception error) when (error is not null)
        {
            fault = $"{error.GetType().Name}: {Line(error.Message)} {Line(error.StackTrace ?? "")}";
        }

        long taken = memory.Grown();
        TimeSpan used = Environment.CpuUsage.TotalTime - start;
        fault ??= used > s_patience ? $"takes {used.TotalSeconds:0} s"
            : taken > allowed ? $"takes {taken >> 20} MB"
            : null;
        return fault is null ? (ending, "") : (Ending.Fault, fault);
    }

    private static string Line(string text)
    {
        const int Enough = 600;
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= Enough ? line : $"{line[..Enough]}…";
    }
}
