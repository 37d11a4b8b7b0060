using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Decoding;
using PromptKD.Demo;
using PromptKD.Demo.Charts;
using PromptKD.Evaluation;
using PromptKD.Inference;
using PromptKD.Runs.Distill;

namespace PromptKD.Cli.Commands;

/// <summary>
/// <c>promptkd demo</c>: the whole pipeline on pictures that the program draws, with CLIPs that it brings.
/// </summary>
internal static class DemoCommand
{
    private const int PicturesOnSheet = 48;

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var output = new Option<string>("--output")
        {
            Description = "Folder of the run",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("runs", "demo"),
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Of learned tokens, projector, order and crops [default: 1]",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        var picturesOnly = new Option<bool>("--pictures-only")
        {
            Description = "Draw the pictures into DIR/pictures, and stop there [default: off]",
        };
        var teach = new Option<bool>("--teach")
        {
            Description = "Begin with a teacher that does not know the night, and tune it first, on labelled "
                + "pictures of half of the classes [default: off]",
        };
        var variant = new Option<int>("--pictures")
        {
            Description = "Which pictures to draw; those of 0 are the documented ones [default: 0]",
            HelpName = "N",
        };
        variant.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: { } given }] && int.TryParse(given, out int number) && number < 0)
            {
                result.AddError("--pictures is 0 or more.");
            }
        });
        var command = new Command(
            "demo", "Run everything on an embedded example: needs nothing, takes a minute or two.")
        {
            output, seed, teach, variant, picturesOnly,
        };
        command.SetAction((parsed, cancellation) =>
        {
            Outputs.Outlive();
            var display = new RunDisplay();
            string folder = parsed.GetValue(output)!;
            string pictures = Path.Combine(folder, "pictures");
            bool isTeaching = parsed.GetValue(teach);
            display.OnPhase("Drawing pictures of coloured shapes at night: 960 without labels, 960 to test on"
                + (isTeaching ? $", {TeachingDemo.Shots} of each base class with labels" : ""));
            DemoData.Write(
                pictures,
                labelledPerClass: isTeaching ? TeachingDemo.Shots : 0,
                variant: parsed.GetValue(variant),
                cancellation: cancellation);
            if (!parsed.GetValue(picturesOnly))
            {
                ExperimentConfig config = Configure(folder, pictures, parsed.GetValue(seed));
                if (isTeaching)
                {
                    TeachingDemo.Run(config, pictures, cancellation);
                }
                else
                {
                    Run(config, display, cancellation);
                }
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static void Run(ExperimentConfig config, RunDisplay display, CancellationToken cancellation)
    {
        display.OnPhase("Measuring the student as it comes, zero-shot");
        BaseNovelResult before = MeasureZeroShot(config, cancellation);
        DistillationReport report = Experiment.Distil(config, display, cancellation);

        string curve = Path.Combine(config.OutputDir, "training.png");
        string sheet = Path.Combine(config.OutputDir, "predictions.png");
        DrawCurve(curve, report, before);
        DrawSheet(sheet, config, report.StudentFolder, cancellation);
        AccuracyTable.Print(
            ("teacher, zero-shot", report.Teacher),
            ("student, zero-shot", before),
            ("student, distilled", report.Student));
        Answers.Lines($"""

            Nobody gave a label: the student learned from what the teacher thinks of 960 pictures. The world is
            synthetic: the teacher knows the dark because it was pre-trained on altered pictures, the student was not.
            Each half is scored among its own {config.Distill.Base} classes. Pictures: {curve}, {sheet}

            Try next:
              promptkd predict --model {Shell.Quote(report.StudentFolder)} --top 3 {Shell.Quote(Path.Combine(config.Distill.Val, "red star"))}
              promptkd evaluate --model {Shell.Quote(report.StudentFolder)} --data {Shell.Quote(config.Distill.Val)} --base {config.Distill.Base}
              promptkd distill --images photos/ --classes classes.txt --output runs/photos \
                --teacher openai:ViT-L/14 --student openai:ViT-B/16
            """);
    }

    // The paper's settings, but for what 32-pixel pictures of 48 classes want: larger batches with a smaller weight, no
    // warm-up, milder crops, and no mirroring (docs/demo.md).
    private static ExperimentConfig Configure(string output, string pictures, int seed)
    {
        string models = Path.Combine(AppContext.BaseDirectory, "demo");
        ExperimentConfig paper = DistillPreset.Config;
        return paper with
        {
            Seed = seed,
            OutputDir = output,
            Distill = new DistillConfig
            {
                Images = Path.Combine(pictures, DemoData.PhotosFolder),
                Classes = [.. DemoClass.All.Select(one => one.Name)],
                Teacher = Path.Combine(models, "teacher"),
                Student = Path.Combine(models, "student"),
                Vocab = Path.Combine(models, "teacher", "merges.txt"),
                Val = Path.Combine(pictures, DemoData.TestFolder),
                Base = DemoClass.All.Count(one => one.IsBase),
            },
            Input = paper.Input with
            {
                Interpolation = "bilinear",
                Transforms = ["random_resized_crop", "normalize"],
                RandomResizedCropScale = [0.8, 1.0],
            },
            DataLoader = paper.DataLoader with { TrainX = paper.DataLoader.TrainX with { BatchSize = 32 } },
            Optim = paper.Optim with { MaxEpoch = 30, WarmupEpoch = 0 },
            Trainer = paper.Trainer with
            {
                PromptKD = paper.Trainer.PromptKD with { KdWeight = 300, Prec = "fp32" },
            },
        };
    }

    private static BaseNovelResult MeasureZeroShot(ExperimentConfig config, CancellationToken cancellation)
    {
        using var classifier = ZeroShotClassifier.Load(
            config.Distill.Student,
            config.Distill.Classes,
            preprocessing: new Preprocessing { Interpolation = Interpolation.Bilinear, Upright = config.Input.Upright },
            vocabulary: config.Distill.Vocab,
            precision: "fp32");
        return classifier.Evaluate(config.Distill.Val, config.Distill.Base, cancellation: cancellation);
    }

    private static void DrawCurve(string path, DistillationReport report, BaseNovelResult before) => TrainingCurve.Write(
        path,
        "The student learns from the teacher, without labels",
        [
            new CurvePoint(0, null, before.HarmonicMean),
            .. report.Epochs.Select(epoch => new CurvePoint(epoch.Epoch, epoch.Loss, epoch.Validation?.HarmonicMean)),
        ],
        [new ReferenceAccuracy("teacher", report.Teacher?.HarmonicMean ?? 0)]);

    private static void DrawSheet(
        string path, ExperimentConfig config, string studentFolder, CancellationToken cancellation)
    {
        using var classifier = StudentClassifier.Load(studentFolder);
        string[] shown =
        [
            .. config.Distill.Classes.Take(PicturesOnSheet).Select((name, index) => Path.Combine(
                config.Distill.Val, name, string.Create(CultureInfo.InvariantCulture, $"{(index % 20) + 1:000}.png"))),
        ];
        ContactSheet.Write(
            path,
            "What the distilled student says, choosing among all 48 classes",
            [
                .. classifier.ClassifyAll(shown, cancellation: cancellation).Select(prediction => new PredictedPicture(
                    prediction.Path,
                    Path.GetFileName(Path.GetDirectoryName(prediction.Path)!),
                    prediction.Classes[0].Name)),
            ]);
    }
}
