using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;

namespace PromptKD.Fuzz;

/// <summary>
/// Starts workers, and looks after them from outside: one that hangs, asks for too much memory or dies (a stack
/// overflow ends a process) is replaced, and its case named.
/// </summary>
internal static class Supervisor
{
    private const long MaxProcessBytes = 3L << 30;
    private const int ErrorLines = 8;
    // Of the processor: a machine may have others at work. The first is of a case, the second of all before the first
    // case.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan s_beginning = TimeSpan.FromMinutes(2);

    // Of the clock, without the processor: what waits for a pipe, say.
    private static readonly TimeSpan s_standstill = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    /// <returns>0 where every case ended as it should.</returns>
    public static int Run(FuzzOptions options)
    {
        string folder = Directory.CreateTempSubdirectory("promptkd-fuzz-").FullName;
        try
        {
            var watch = Stopwatch.StartNew();
            Corpus.Make(folder);
            if (Corpus.FindFaults(folder).ToArray() is { Length: > 0 } refused)
            {
                Array.ForEach(refused, Console.WriteLine);
                return 1;
            }

            Console.WriteLine($"{watch.Elapsed.TotalSeconds:0} s: valid files made of {Targets.All.Count} kinds.");
            Task<string[]>[] workers =
            [
                .. Enumerable.Range(0, options.Workers).Select(worker => options with
                {
                    Corpus = folder,
                    Progress = Path.Combine(folder, $"progress-{worker}"),
                    First = options.First + worker,
                    Step = options.Workers,
                    Cases = (options.Cases - worker + options.Workers - 1) / options.Workers,
                }).Select(share => Task.Run(() => Watch(share))),
            ];
            string[][] found = Task.WhenAll(workers).GetAwaiter().GetResult();
            string[] lines = [.. found.SelectMany(lines => lines)];
            string[] faults = [.. lines.Where(line => line.StartsWith(Worker.FaultMark, StringComparison.Ordinal))];
            Report(lines, faults, options, watch.Elapsed);
            return faults.Length == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Report(string[] lines, string[] faults, FuzzOptions options, TimeSpan time)
    {
        foreach (IGrouping<string, string[]> target in lines
            .Where(line => line.StartsWith(Worker.CountMark, StringComparison.Ordinal))
            .Select(line => line.Split('\t'))
            .GroupBy(parts => parts[1])
            .OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            long read = target.Sum(parts => long.Parse(parts[2], CultureInfo.InvariantCulture));
            long refused = target.Sum(parts => long.Parse(parts[3], CultureInfo.InvariantCulture));
            Console.WriteLine($"{target.Key,-12} {read,9} read {refused,9} refused");
        }

        Console.WriteLine(
            $"{options.Cases} cases, seed {options.Seed}, {time.TotalSeconds:0} s: "
            + $"{options.Cases - faults.Length} survived, {faults.Length} did not.");
    }

    // One worker after another, until all of its cases are done.
    private static string[] Watch(FuzzOptions options)
    {
        var lines = new List<string>();
        long end = options.First + (options.Cases * options.Step);
        while (options.First < end)
        {
            long last = RunWorker(options, lines, out string? fault);
            if (fault is null)
            {
                break;
            }

            string target = Targets.Of(last, options.Only).Name;
            Add(lines, $"{Worker.FaultMark}\t{target}\t--seed {options.Seed} --first {last}\t{fault}");
            options = options with { First = last + options.Step, Cases = (end - last - 1) / options.Step };
        }

        return [.. lines];
    }

    private static long RunWorker(FuzzOptions options, List<string> lines, out string? fault)
    {
        File.WriteAllBytes(options.Progress, BitConverter.GetBytes(Worker.NotBegun));
        using var map = MemoryMappedFile.CreateFromFile(options.Progress, FileMode.Open, mapName: null, sizeof(long));
        using MemoryMappedViewAccessor progress = map.CreateViewAccessor(0, sizeof(long));
        var last = new Queue<string>();
        using Process process = Start(options, lines, last);
        long at = Worker.NotBegun;
        (TimeSpan before, TimeSpan used) = (TimeSpan.Zero, TimeSpan.Zero);
        var idle = Stopwatch.StartNew();
        fault = null;
        while (!process.WaitForExit(s_interval))
        {
            TimeSpan time = TimeOf(process);
            if (time > used)
            {
                used = time;
                idle.Restart();
            }

            if (progress.ReadInt64(0) is var now && now != at)
            {
                (at, before) = (now, time);
            }

            TimeSpan patience = at == Worker.NotBegun ? s_beginning : s_patience;
            fault = idle.Elapsed > s_standstill || time - before > patience ? "hangs"
                : MemoryOf(process) > MaxProcessBytes ? $"takes more than {MaxProcessBytes >> 20} MB of memory"
                : null;
            if (fault is not null)
            {
                process.Kill();
                break;
            }
        }

        process.WaitForExit();
        fault ??= process.ExitCode == 0 ? null
            : $"the process died with exit code {process.ExitCode}: {string.Join(" ", last)}";
        return progress.ReadInt64(0) is var number && number != Worker.NotBegun
            ? number
            : throw new InvalidOperationException($"A worker does not begin: {fault}");
    }

    private static TimeSpan TimeOf(Process process)
    {
        try
        {
            return process.TotalProcessorTime;
        }
        catch (InvalidOperationException)
        {
            // It has just ended.
            return TimeSpan.Zero;
        }
    }

    private static long MemoryOf(Process process)
    {
        try
        {
            process.Refresh();
            return process.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            // It has just ended.
            return 0;
        }
    }

    private static Process Start(FuzzOptions options, List<string> lines, Queue<string> errors)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, options.ToArguments())
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Add(lines, line.Data);
        process.ErrorDataReceived += (_, line) => AddError(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;

        // The first lines of a stack trace tell; a stack overflow's trace has a million.
        void AddError(string? line)
        {
            if (line is { Length: > 0 } && errors.Count < ErrorLines)
            {
                errors.Enqueue(line.Trim());
            }
        }
    }

    // Faults are shown at once: a run may take hours.
    private static void Add(List<string> lines, string? line)
    {
        lock (lines)
        {
            lines.AddRange(line is null ? [] : [line]);
        }

        if (line is not null && line.StartsWith(Worker.FaultMark, StringComparison.Ordinal))
        {
            Console.WriteLine(line);
        }
    }
}
