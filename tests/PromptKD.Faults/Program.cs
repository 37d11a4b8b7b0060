using System.Globalization;

namespace PromptKD.Faults;

/// <summary>
/// Lets the disk fail, and kills, at each write of each verb of the built program (see tests/faults.sh).
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        WalkOptions options;
        try
        {
            options = WalkOptions.Parse(arguments);
        }
        catch (FormatException error)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }

        string work = Directory.CreateTempSubdirectory("faults").FullName;
        int wrong = 0;
        try
        {
            string library = Bench.Compile(work);
            using var host = new ProgramHost(options.Program, library, options.Fresh, options.Patience);
            var bench = new Bench(work, Path.GetDirectoryName(options.Program)!, host);
            bench.MakeWorld();
            foreach (FaultCase one in options.Cases)
            {
                var walk = new Walk(one, bench, options);
                walk.Go();
                wrong += walk.Wrong;
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        Console.WriteLine($"{wrong} wrong");
        return wrong == 0 ? 0 : 1;
    }
}

/// <summary>What is walked.</summary>
internal sealed record WalkOptions
{
    /// <summary>The built program.</summary>
    public required string Program { get; init; }

    public required IReadOnlyList<FaultCase> Cases { get; init; }

    public required IReadOnlyList<Fault> Faults { get; init; }

    /// <summary>Each how many of the chosen calls.</summary>
    public int Every { get; init; } = 1;

    /// <summary>The first of them, from 1.</summary>
    public int First { get; init; } = 1;

    /// <summary>All calls, not the choice of <see cref="CallChoice"/>.</summary>
    public bool Everything { get; init; }

    /// <summary>How long a run may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A process for each run; kills are real ones.</summary>
    public bool Fresh { get; init; }

    public static WalkOptions Parse(string[] arguments)
    {
        var cases = new List<FaultCase>();
        var faults = new List<Fault>();
        var options = new WalkOptions { Program = "", Cases = cases, Faults = faults };
        var words = new Queue<string>(arguments);
        while (words.TryDequeue(out string? word))
        {
            switch (word)
            {
                case "--program":
                    options = options with { Program = Path.GetFullPath(Value()) };
                    break;
                case "--fault":
                    faults.Add(Enum.Parse<Fault>(Value(), ignoreCase: true));
                    break;
                case "--every":
                    options = options with { Every = int.Parse(Value(), CultureInfo.InvariantCulture) };
                    break;
                case "--first":
                    options = options with { First = int.Parse(Value(), CultureInfo.InvariantCulture) };
                    break;
                case "--patience":
                    double minutes = double.Parse(Value(), CultureInfo.InvariantCulture);
                    options = options with { Patience = TimeSpan.FromMinutes(minutes) };
                    break;
                case "--all":
                    options = options with { Everything = true };
                    break;
                case "--fresh":
                    options = options with { Fresh = true };
                    break;
                default:
                    cases.Add(FaultCases.All.FirstOrDefault(one => one.Name == word)
                        ?? throw new FormatException(
                            $"There is no case {word}: {string.Join(" ", FaultCases.All.Select(one => one.Name))}"));
                    break;
            }

            string Value() => words.TryDequeue(out string? value)
                ? value : throw new FormatException($"{word} needs a value.");
        }

        return options with
        {
            Cases = cases.Count > 0 ? cases : FaultCases.All,
            Faults = faults.Count > 0 ? faults : [Fault.Full, Fault.Once, Fault.Gone, Fault.Kill],
        };
    }
}
