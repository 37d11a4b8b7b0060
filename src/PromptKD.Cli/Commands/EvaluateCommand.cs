using System.CommandLine;
using PromptKD.Cli.Terminal;
using PromptKD.Evaluation;
using PromptKD.Inference;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd evaluate</c>: a student package against class folders.</summary>
internal static class EvaluateCommand
{
    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var model = StudentOptions.Model();
        var data = new Option<string>("--data")
        {
            Description = "Class folders: CLASS NAME/picture [required]",
            HelpName = "DIR",
            Required = true,
        };
        var baseClasses = new Option<int>("--base")
        {
            Description = "How many of the first classes are 'base': gives base, novel and harmonic mean [default: 0]",
            HelpName = "N",
        };
        Option<bool> json = StudentOptions.Json();
        Option<string> device = StudentOptions.Device();
        Option<string> precision = StudentOptions.Precision();
        var command = new Command("evaluate", "Measure a student on labelled pictures.")
        {
            model, data, baseClasses, json, device, precision,
        };
        foreach (Option option in StudentOptions.Upright.Options)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) =>
        {
            using StudentClassifier classifier =
                StudentOptions.Load(parsed, model, device, precision, showsProgress: true);
            BaseNovelResult result = classifier.Evaluate(
                parsed.GetValue(data)!,
                parsed.GetValue(baseClasses),
                skipped: StudentOptions.WarnOfSkipped,
                cancellation: cancellation);
            if (parsed.GetValue(json))
            {
                Answers.Json(StudentOptions.ToJson(result));
            }
            else
            {
                AccuracyTable.Print(("student", result));
            }

            return Task.FromResult(0);
        });
        return command;
    }
}
