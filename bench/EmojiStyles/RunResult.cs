using System.Globalization;
using System.Text.Json;

namespace EmojiStyles;

/// <summary>What one model scored, percent.</summary>
internal sealed record Scores(double Base, double Novel, double HarmonicMean, double All);

/// <summary>A finished run of <c>promptkd</c>, read from its folder.</summary>
/// <param name="Target">The style it was made for.</param>
/// <param name="Split">The split's seed.</param>
/// <param name="Seed">The run's.</param>
/// <param name="Method">The row that it belongs to.</param>
/// <param name="Models">The last scores of each model that it measured, by the name in <c>metrics.jsonl</c>.</param>
/// <param name="Seconds">From start to end.</param>
/// <param name="ProcessorSeconds">Of all threads.</param>
internal sealed record RunResult(
    string Target,
    string Split,
    string Seed,
    string Method,
    IReadOnlyDictionary<string, Scores> Models,
    double Seconds,
    double ProcessorSeconds)
{
    /// <summary>The model of a run that learned from labels.</summary>
    public const string Taught = "taught";

    /// <summary>
    /// All finished runs below <c>results/TARGET/split-N/seed-N/METHOD</c>, in the order of their paths.
    /// </summary>
    public static IReadOnlyList<RunResult> ReadAll(string results) =>
    [
        .. Directory.GetFiles(results, "seconds.txt", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => Read(results, Path.GetDirectoryName(file)!)),
    ];

    private static RunResult Read(string results, string folder)
    {
        string[] path = Path.GetRelativePath(results, folder).Split(Path.DirectorySeparatorChar);
        double[] seconds =
        [
            .. File.ReadAllText(Path.Combine(folder, "seconds.txt")).Split()
                .Where(word => word.Length > 0)
                .Select(word => double.Parse(word, CultureInfo.InvariantCulture)),
        ];
        string teacher = Path.Combine(folder, "teacher.json");
        IReadOnlyDictionary<string, Scores> scores = File.Exists(teacher)
            ? ScoresOfTeacher(File.ReadAllText(teacher))
            : ScoresOf(File.ReadLines(Path.Combine(folder, "metrics.jsonl")));
        return new RunResult(path[0], path[1], path[2], path[3], scores, seconds[0], seconds[1]);
    }

    /// <summary>What a CLIP with learned prompts scores, from a <c>teacher.json</c>.</summary>
    public static IReadOnlyDictionary<string, Scores> ScoresOfTeacher(string json)
    {
        using var report = JsonDocument.Parse(json);
        return new Dictionary<string, Scores> { [Taught] = Of(report.RootElement.GetProperty(Taught), all: "all") };
    }

    /// <summary>The last validation of each model in the lines of a <c>metrics.jsonl</c>.</summary>
    public static IReadOnlyDictionary<string, Scores> ScoresOf(IEnumerable<string> lines)
    {
        var models = new Dictionary<string, Scores>();
        foreach (string line in lines)
        {
            using var metrics = JsonDocument.Parse(line);
            JsonElement root = metrics.RootElement;
            if (root.GetProperty("kind").GetString() == "validation" && root.TryGetProperty("harmonicMean", out _))
            {
                models[root.GetProperty("model").GetString()!] = Of(root, all: "accuracy");
            }
        }

        return models;
    }

    private static Scores Of(JsonElement scores, string all) => new(
        Number(scores, "base"), Number(scores, "novel"), Number(scores, "harmonicMean"), Number(scores, all));

    private static double Number(JsonElement line, string name) => line.GetProperty(name).GetDouble();
}
