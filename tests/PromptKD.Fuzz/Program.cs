using System.Globalization;
using System.Runtime.CompilerServices;
using PromptKD.Decoders;

namespace PromptKD.Fuzz;

/// <summary>
/// Puts mutated files in front of every reader: each has to read them or refuse them with a
/// <see cref="PromptKDException"/>, within 10 seconds and 64 MiB of memory above the file's own size.
/// </summary>
internal static class Program
{
    private const string Usage = """
        PromptKD.Fuzz [--cases N] [--seed S] [--first N] [--only TARGET] [--workers N] [--keep FOLDER]

        Cases are numbered. The same seed and number make the same file: --seed S --first N --cases 1 repeats one, and
        --keep leaves its files behind. Extra valid files to begin from: FOLDER of PROMPTKD_FUZZ_CORPUS, as
        TARGET/NAME/FILES.
        """;

    public static int Main(string[] arguments)
    {
        // The library knows where libtorch lies, before anything asks for it.
        RuntimeHelpers.RunModuleConstructor(typeof(Experiment).Module.ModuleHandle);
        ExtraDecoders.Register();
        if (arguments is ["--worker", .. string[] inner])
        {
            return Worker.Run(FuzzOptions.Parse(inner));
        }

        try
        {
            return Supervisor.Run(FuzzOptions.Parse(arguments));
        }
        catch (FormatException error)
        {
            Console.Error.WriteLine($"{error.Message}\n{Usage}");
            return 2;
        }
    }
}

/// <summary>What the program is asked to do.</summary>
internal sealed record FuzzOptions
{
    public long Cases { get; init; } = 20_000;

    public int Seed { get; init; } = 1;

    /// <summary>Number of the first case.</summary>
    public long First { get; init; }

    /// <summary>Distance from one case of a worker to its next.</summary>
    public int Step { get; init; } = 1;

    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <summary>The only reader to try; null for all of them.</summary>
    public string? Only { get; init; }

    /// <summary>Where the valid files lie, for workers.</summary>
    public string Corpus { get; init; } = "";

    /// <summary>The file in which a worker notes what it is at.</summary>
    public string Progress { get; init; } = "";

    /// <summary>Receives the files of cases that failed; null to keep none.</summary>
    public string? Keep { get; init; }

    public static FuzzOptions Parse(string[] arguments)
    {
        var options = new FuzzOptions();
        for (int place = 0; place < arguments.Length; place += 2)
        {
            string value = place + 1 < arguments.Length
                ? arguments[place + 1]
                : throw new FormatException($"{arguments[place]} needs a value.");
            options = arguments[place] switch
            {
                "--cases" => options with { Cases = long.Parse(value, CultureInfo.InvariantCulture) },
                "--seed" => options with { Seed = int.Parse(value, CultureInfo.InvariantCulture) },
                "--first" => options with { First = long.Parse(value, CultureInfo.InvariantCulture) },
                "--step" => options with { Step = int.Parse(value, CultureInfo.InvariantCulture) },
                "--workers" => options with { Workers = int.Parse(value, CultureInfo.InvariantCulture) },
                "--only" => options with { Only = value },
                "--corpus" => options with { Corpus = value },
                "--progress" => options with { Progress = value },
                "--keep" => options with { Keep = Path.GetFullPath(value) },
                string other => throw new FormatException($"There is no option {other}."),
            };
        }

        return options;
    }

    /// <summary>The same as arguments, for a worker.</summary>
    public string[] ToArguments()
    {
        string[] arguments =
        [
            "--worker", "--cases", Text(Cases), "--seed", Text(Seed), "--first", Text(First), "--step", Text(Step),
            "--corpus", Corpus, "--progress", Progress,
        ];
        string[] only = Only is null ? [] : ["--only", Only];
        string[] keep = Keep is null ? [] : ["--keep", Keep];
        return [.. arguments, .. only, .. keep];
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
