using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Evaluation.Probing;
using PromptKD.Runtime;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd probe</c>: few-shot logistic regression on a CLIP's frozen image features.</summary>
internal static class ProbeCommand
{
    private const int DefaultSeeds = 10;

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var clip = new Option<string>("--clip")
        {
            Description = "A CLIP: a file, a folder, or a name such as openai:ViT-B/16, which is fetched once "
                + "[required]",
            HelpName = "PATH",
            Required = true,
        };
        Option<string> dataset = Pictures(
            "--dataset", "NAME",
            "A data set of the paper, by any of its names: its own parts, drawn as CoOp's probe draws");
        Option<string> root = Pictures("--root", "DIR", "With --dataset: the folder that holds the data sets");
        Option<string> train = Pictures(
            "--train", "DIR", "Without --dataset: class folders (CLASS NAME/picture) that few pictures are drawn from");
        Option<string> validation = Pictures(
            "--val", "DIR", "Without --dataset: class folders of which a few pictures choose the strength");
        Option<string> test = Pictures("--test", "DIR", "Without --dataset: class folders to measure on");
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
            clip, dataset, root, train, validation, test, shots, seeds, json, device, precision,
        };
        command.SetAction((parsed, cancellation) =>
        {
            (ComputeDevice kind, int index) = StudentOptions.ReadDevice(parsed.GetValue(device));
            IReadOnlyList<ProbeScore> scores = LinearProbe.Run(
                new LinearProbeRequest
                {
                    Clip = parsed.GetValue(clip)!,
                    Dataset = parsed.GetValue(dataset) ?? "",
                    Root = parsed.GetValue(root) ?? "",
                    Train = parsed.GetValue(train) ?? "",
                    Validation = parsed.GetValue(validation) ?? "",
                    Test = parsed.GetValue(test) ?? "",
                    Shots = ReadShots(parsed.GetValue(shots)!),
                    Seeds = parsed.GetValue(seeds),
                    Device = kind,
                    DeviceIndex = index,
                    Precision = StudentOptions.ReadPrecision(parsed.GetValue(precision)) ?? ComputePrecision.Auto,
                },
                new RunDisplay(),
                cancellation);
            Print(scores, parsed.GetValue(json));
            return Task.FromResult(0);
        });
        return command;
    }

    private static Option<string> Pictures(string name, string value, string description) => new(name)
    {
        Description = $"{description} [default: none]",
        HelpName = value,
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
            Answers.Json(score, AnswerJson.Lines.ProbeScore);
        }
    }
}
