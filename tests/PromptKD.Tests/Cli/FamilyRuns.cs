using System.Globalization;

namespace PromptKD.Tests.Cli;

/// <summary>Small teachers of each family, and one student of each, made when they are first asked for.</summary>
public sealed class FamilyRuns : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory().FullName;
    private readonly Dictionary<string, IReadOnlyList<GivenAnswer>> _answers = [];

    /// <summary>The options that name a vocabulary; SigLIP brings a tokenizer of its own.</summary>
    public static string[] Vocabulary(string family) => family == "SigLIP" ? [] : ["--vocab", TinyClip.Vocabulary];

    /// <summary>Length of the vectors that its pictures and texts become.</summary>
    public static int Width(string family) => family switch { "SigLIP" => 64, "EVA-02" => 32, _ => 24 };

    /// <summary>The folder of the teacher.</summary>
    public string Teacher(string family)
    {
        string folder = Path.Combine(_root, family);
        return Directory.Exists(folder) ? folder : family switch
        {
            "SigLIP" => TinyTowers.Siglip(folder),
            "EVA-02" => TinyTowers.Eva(folder),
            "ConvNeXt" => TinyConvolutions.ConvNeXt(folder),
            _ => TinyConvolutions.MobileClip(folder),
        };
    }

    /// <summary>The package of a student that learned from the teacher for an epoch.</summary>
    public string Student(string family, DistilledRun run)
    {
        string output = Path.Combine(_root, $"{family} student");
        if (!Directory.Exists(output))
        {
            CliProgram.Run(Arguments(family, run, output)).Succeeds();
        }

        return Path.Combine(output, "student");
    }

    /// <summary>The same student as an ONNX file.</summary>
    public string Graph(string family, DistilledRun run)
    {
        string output = Path.Combine(_root, $"{family}.onnx");
        if (!File.Exists(output))
        {
            CliProgram.Run(
                "export", "--model", Student(family, run), "--output", output, "--images", run.TestPictures).Succeeds();
        }

        return output;
    }

    /// <summary>The command line of <see cref="Student"/>, with further options.</summary>
    public IEnumerable<string> Arguments(
        string family, DistilledRun run, string output, params IEnumerable<(string Name, string? Value)> options) => run.Arguments(
    [
        ("--teacher", Teacher(family)),
        ("--vocab", Vocabulary(family) is [_, string file] ? file : null),
        ("--output", output),
        ("--epochs", "1"), .. options,
    ]);

    /// <summary>What <c>predict</c> says of the test pictures.</summary>
    internal IReadOnlyList<GivenAnswer> Answers(string model, DistilledRun run)
    {
        if (!_answers.TryGetValue(model, out IReadOnlyList<GivenAnswer>? answers))
        {
            _answers[model] = answers = [.. CliProgram.Run(
                "predict", run.TestPictures, "--model", model, "--format", "tsv")
                .Succeeds().OutputLines.Select(line => line.Split('\t'))
                .Where(cells => cells[0].EndsWith(".png", StringComparison.Ordinal))
                .Select(cells => new GivenAnswer(
                    cells[0], cells[1], double.Parse(cells[2], CultureInfo.InvariantCulture)))];
        }

        return answers;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}

/// <summary>A row of <c>predict</c>'s table.</summary>
internal sealed record GivenAnswer(string Picture, string Class, double Probability);
