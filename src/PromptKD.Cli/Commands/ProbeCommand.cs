using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Evaluation.Probing;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd probe</c>: few-shot logistic regression on a CLIP's frozen image features.</summary>
internal static class ProbeCommand
{
    private const int DefaultSeeds = 10;

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        Option<string> clip = Required(
            "--clip", "PATH", "A CLIP: a file, a folder, or a name such as openai:ViT-B/16, which is fetched once");
        Option<string> train = Required(
            "--train", "DIR", "Class folders (CLASS NAME/picture) that few pictures are drawn from");
        Option<string> validation = Required(
            "--val", "DIR", "Class folders of which a few pictures choose the strength");
        Option<string> test = Required("--test", "DIR", "Class folders to measure on");
        var shots = new Option<string>("--shots")
        {
            Description = "Training pictures of each class, separated by commas",
            HelpName = "LIST",
            DefaultValueFactory = _ => "1,2,4,8,16",
        };
        var seeds = new Option<int>("--seeds")
        {
            Description = "How often pictures are drawn; the table has mean and standard deviation",
            HelpName = "N",
            DefaultValueFactory = _ => DefaultSeeds,
        };
        Option<bool> json = StudentOptions.Json();
        Option<string> device = StudentOptions.Device();
        var precision = new Option<string>("--precision")
        {
            Description = "auto, fp32, bf16 or fp16 (GPUs only) [default: auto]",
            HelpName = "NAME",
        };
        var command = new Command("probe", "Fit linear probes of few labelled pictures to a CLIP's image features.")
        {
            clip, train, validation, test, shots, seeds, json, device, precision,
        };
        command.SetAction((parsed, cancellation) =>
        {
            IReadOnlyList<ProbeScore> scores = LinearProbe.Run(
                new LinearProbeRequest
                {
                    Clip = parsed.GetValue(clip)!,
                    Train = parsed.GetValue(train)!,
                    Validation = parsed.GetValue(validation)!,
                    Test = parsed.GetValue(test)!,
                    Shots = ReadShots(parsed.GetValue(shots)!),
                    Seeds = parsed.GetValue(seeds),
                    Device = parsed.GetValue(device) ?? "auto",
                    Precision = parsed.GetValue(precision) ?? "auto",
                },
                new RunDisplay(),
                cancellation);
            Print(scores, parsed.GetValue(json));
            return Task.FromResult(0);
        });
        return command;
    }

    private static Option<string> Required(string name, string value, string description) => new(name)
    {
        Description = $"{description} [required]",
        HelpName = value,
        Required = true,
    };

    private static int[] ReadShots(string list) =>
    [
        .. list.Split(',').Select(text =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int shots) && shots > 0
                ? shots
                : throw new PromptKDException(
                    $"--shots is '{list}', expected whole numbers of 1 or more such as 1,2,4.")),
    ];

    private static void Print(IReadOnlyList<ProbeScore> scores, bool json)
    {
        if (!json)
        {
            TextTable.Print(["shots", "accuracy", "deviation", "seeds"], scores.Select(score => new[]
            {
                $"{score.Shots}",
                string.Create(CultureInfo.InvariantCulture, $"{score.Accuracy.Mean:0.0} %"),
                string.Create(CultureInfo.InvariantCulture, $"{score.Accuracy.StandardDeviation:0.0}"),
                $"{score.Runs.Count}",
            }));
            return;
        }

        foreach (ProbeScore score in scores)
        {
            Answers.Json(StudentOptions.ToJson(score));
        }
    }
}
