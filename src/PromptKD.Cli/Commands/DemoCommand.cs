using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Demo;
using PromptKD.Demo.Charts;
using PromptKD.Inference;
using PromptKD.Runs;
using PromptKD.Runtime;

namespace PromptKD.Cli.Commands;

/// <summary>
/// <c>promptkd demo</c>: the whole pipeline on pictures that the program draws, with CLIPs that it brings.
/// </summary>
internal static class DemoCommand
{
    private const int PicturesOnSheet = 48;

    // Twenty of each class, and as many to test on.
    private const int Photos = 960;

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
            Description = "Of learned tokens, projector, order and crops",
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
        var recipe = new Option<string>("--recipe")
        {
            Description = $"Settings to distil with: {string.Join(", ", Recipe.All.Select(one => one.Name))}",
            HelpName = "NAME",
            DefaultValueFactory = _ => Recipe.DefaultName,
        };
        var command = new Command(
            "demo", "Run everything on an embedded example: needs nothing, takes a minute or two.")
        {
            output, seed, recipe, teach, variant, picturesOnly,
        };
        command.SetAction((parsed, cancellation) =>
        {
            Outputs.Outlive();
            var display = new RunDisplay();
            var chosen = Recipe.Find(parsed.GetValue(recipe)!);
            string folder = parsed.GetValue(output)!;
            string pictures = Path.Combine(folder, "pictures");
            bool isTeaching = parsed.GetValue(teach);
            display.OnPhase(
                $"Drawing pictures of coloured shapes at night: {Photos} without labels, {Photos} to test on"
                + (isTeaching ? $", {TeachingDemo.Shots} of each base class with labels" : ""));
            using IDisposable hold = DemoData.Hold(folder);
            DemoData.Write(
                pictures,
                labelledPerClass: isTeaching ? TeachingDemo.Shots : 0,
                variant: parsed.GetValue(variant),
                cancellation: cancellation);
            if (!parsed.GetValue(picturesOnly))
            {
                ExperimentConfig config = Configure(chosen, folder, pictures, parsed.GetValue(seed));
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
        DistillationReport report = Experiment.Distil(config, display, cancellation);

        string curve = Path.Combine(config.OutputDir, "training.png");
        string sheet = Path.Combine(config.OutputDir, "predictions.png");
        DrawCurve(curve, report);
        DrawSheet(sheet, config, report.StudentFolder, cancellation);
        AccuracyTable.Print(
            ("teacher, zero-shot", report.Teacher),
            ("student, zero-shot", report.Untrained),
            ("student, distilled", report.Student));
        string student = Shell.Quote(report.StudentFolder);
        string labelled = Shell.Quote(config.Distill.Val);
        string star = Shell.Quote(Path.Combine(config.Distill.Val, "red star"));
        int heldOut = report.HeldOut?.Teacher.Pictures ?? 0;
        Answers.Lines($"""

            Nobody gave a label: the student learned from what the teacher thinks of {Photos - heldOut} pictures, and
            was compared with it on {heldOut} more. The world is synthetic: the teacher knows the dark because it was
            pre-trained in changing light, the student by day. Each half is scored among its own
            {config.Distill.Base} classes. Pictures: {curve}, {sheet}

            Try next:
              promptkd predict --model {student} --top 3 {star}
              promptkd evaluate --model {student} --data {labelled} --base {config.Distill.Base}
              promptkd distill --images photos/ --classes classes.txt --output runs/photos \
                --teacher openai:ViT-L/14 --student openai:ViT-B/16
            """);
    }

    // The recipe as it is, but for the pictures: crops are not cut small, for 32 pixels are few, nor mirrored, for
    // moons have a side.
    private static ExperimentConfig Configure(Recipe chosen, string output, string pictures, int seed)
    {
        string models = Path.Combine(AppContext.BaseDirectory, "demo");
        ExperimentConfig recipe = chosen.Config.InPrecision(ComputePrecision.Fp32);
        return recipe with
        {
            Seed = seed,
            OutputDir = output,
            Distill = recipe.Distill with
            {
                Images = Path.Combine(pictures, DemoData.PhotosFolder),
                Classes = [.. DemoClass.All.Select(one => one.Name)],
                Teacher = Path.Combine(models, "teacher"),
                Student = Path.Combine(models, "student"),
                Vocab = Path.Combine(models, "teacher", "merges.txt"),
                Val = Path.Combine(pictures, DemoData.TestFolder),
                Base = DemoClass.All.Count(one => one.IsBase),
            },
            Input = recipe.Input with
            {
                Interpolation = "bilinear",
                Transforms = ["random_resized_crop", "normalize"],
                RandomResizedCropScale = [0.8, 1.0],
            },
        };
    }

    // A start on stored features has a place of its own between what was before and the first epoch. Its loss is one of
    // many passes over stored views and not comparable with an epoch's: it is drawn where there is no other.
    private static void DrawCurve(string path, DistillationReport report)
    {
        var points = new List<CurvePoint> { new(0, Loss: null, report.Untrained?.HarmonicMean) };
        if (report.Start is { } start)
        {
            points.Add(new CurvePoint(
                1, report.Epochs.Count == 0 ? start.Loss : null, start.Validation?.HarmonicMean));
        }

        int before = points.Count - 1;
        points.AddRange(report.Epochs.Select(
            one => new CurvePoint(before + one.Epoch, one.Loss, one.Validation?.HarmonicMean)));
        TrainingCurve.Write(
            path,
            "The student learns from the teacher, without labels",
            points,
            [new ReferenceAccuracy("teacher", report.Teacher?.HarmonicMean ?? 0)],
            before == 0 ? "epoch" : "start on stored features (1), then epochs");
    }

    private static void DrawSheet(
        string path, ExperimentConfig config, string studentFolder, CancellationToken cancellation)
    {
        using var classifier = StudentClassifier.Load(studentFolder, new TorchOptions { Threads = 0 }, cancellation);
        string[] shown =
        [
            .. config.Distill.Classes.Take(PicturesOnSheet).Select((name, index) => Path.Combine(
                config.Distill.Val, name, string.Create(CultureInfo.InvariantCulture, $"{(index % 20) + 1:000}.png"))),
        ];
        ContactSheet.Write(
            path,
            "What the distilled student says, choosing among all 48 classes",
            [
                .. classifier.ClassifyAll(shown, cancellationToken: cancellation)
                    .Select(prediction => new PredictedPicture(
                    prediction.Path,
                    Path.GetFileName(Path.GetDirectoryName(prediction.Path)!),
                    prediction.Classes[0].Name)),
            ]);
    }
}
