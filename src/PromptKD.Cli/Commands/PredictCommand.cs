using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Inference;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd predict</c>: the most probable classes of pictures.</summary>
internal static class PredictCommand
{
    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var model = StudentOptions.Model();
        var top = new Option<int>("--top")
        {
            Description = "Classes to print for each picture",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        top.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int count) && count < 1)
            {
                result.AddError($"--top is {count}; give 1 or more.");
            }
        });
        Option<bool> json = StudentOptions.Json();
        Option<string> device = StudentOptions.Device();
        Option<string> precision = StudentOptions.Precision();
        var pictures = new Argument<string[]>("pictures")
        {
            Description = "Pictures, and folders of pictures.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("predict", "Classify pictures with a student.")
        {
            model, top, json, device, precision, pictures,
        };
        foreach (Option option in StudentOptions.Upright.Options)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) =>
        {
            using var classifier = StudentClassifier.Load(
                parsed.GetValue(model)!,
                parsed.GetValue(device) ?? "auto",
                parsed.GetValue(precision),
                StudentOptions.Warnings,
                StudentOptions.Upright.Read(parsed));
            IEnumerable<PicturePrediction> predictions = classifier.ClassifyAll(
                parsed.GetValue(pictures)!,
                parsed.GetValue(top),
                skipped: StudentOptions.WarnOfSkipped,
                cancellation: cancellation);
            foreach (PicturePrediction prediction in predictions)
            {
                if (parsed.GetValue(json))
                {
                    Answers.Json(StudentOptions.ToJson(prediction));
                }
                else
                {
                    Answers.Line(Describe(prediction));
                }
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static IEnumerable<string> Describe(PicturePrediction prediction) =>
        prediction.Classes
            .Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Name} {one.Probability:P1}"))
            .Prepend(prediction.Path);
}
