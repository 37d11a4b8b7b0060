using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Inference;
using PromptKD.Inference.Predictions;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd predict</c>: the most probable classes of pictures.</summary>
internal static class PredictCommand
{
    private static readonly Option<string> s_model = StudentOptions.Model();
    private static readonly Option<string> s_device = StudentOptions.Device();
    private static readonly Option<string> s_precision = StudentOptions.Precision();
    private static readonly Option<string> s_provider = StudentOptions.OnnxProvider();

    private static readonly Option<int> s_top = new("--top")
    {
        Description = "Classes to give for each picture",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string> s_format = new("--format")
    {
        Description = $"How answers are written: {string.Join(", ", PredictionFormats.Names)} [default: what the "
            + "ending of "
            + "--output says, else text]",
        HelpName = "NAME",
    };

    private static readonly Option<bool> s_json = new("--json")
    {
        Description = "The same as --format jsonl [default: off]",
    };

    private static readonly Option<string> s_output = new("--output")
    {
        Description = "File for the answers, written whole or not at all [default: standard output]",
        HelpName = OptionRules.AFile,
    };

    private static readonly Option<string> s_sortInto = new("--sort-into")
    {
        Description = "Folder that receives copies of the pictures in a folder for each class; what is there is never "
            + "written over [default: none]",
        HelpName = "DIR",
    };

    private static readonly Option<bool> s_links = new("--links")
    {
        Description = "Symbolic links in place of the copies of --sort-into [default: off]",
    };

    private static readonly Option<double?> s_threshold = new("--threshold")
    {
        Description = "Answer 'none' where the most probable class has less than this probability, 0 to 1 [default: "
            + "none]",
        HelpName = "P",
    };

    private static readonly Option<bool> s_noneOfThese = new("--none-of-these")
    {
        Description = "Answer 'none' where the best class fits worse by itself than the package says it has to; for "
            + "students of a SigLIP [default: off]",
    };

    private static readonly Argument<string[]> s_pictures = new("pictures")
    {
        Description = "Pictures, and folders of pictures.",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var command = new Command("predict", "Classify pictures with a student.")
        {
            s_model, s_top, s_threshold, s_noneOfThese, s_format, s_json, s_output, s_sortInto, s_links, s_device,
            s_precision, s_provider, ProcessesOption.Option, s_pictures,
        };
        foreach (Option option in StudentOptions.Upright.Options)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) =>
        {
            PredictionRequest request = Request(parsed);
            bool isFile = request.Output is not null;
            using FolderClassifier classifier = StudentOptions.Load(
                parsed, s_model, s_device, s_precision, s_provider, showsProgress: isFile
                    || Console.IsOutputRedirected);
            PredictionSummary summary = PredictionRun.Of(
                classifier, request, isFile ? null : Console.Out, StudentOptions.WarnOfSkipped, cancellation);
            Tell(request, summary);
            return Task.FromResult(0);
        });
        return command;
    }

    private static PredictionRequest Request(ParseResult parsed)
    {
        string? format = parsed.GetValue(s_format);
        bool isJson = parsed.GetValue(s_json);
        if (isJson && format is not null)
        {
            throw new PromptKDException("--json and --format are both given. Leave one of them out.");
        }

        return new PredictionRequest
        {
            Pictures = parsed.GetValue(s_pictures)!,
            Top = parsed.GetValue(s_top),
            Threshold = parsed.GetValue(s_threshold),
            NoneOfThese = parsed.GetValue(s_noneOfThese),
            Format = isJson ? PredictionFormat.JsonLines : format is null ? null : PredictionFormats.Parse(format),
            Output = parsed.GetValue(s_output),
            SortInto = parsed.GetValue(s_sortInto),
            AsLinks = parsed.GetValue(s_links),
        };
    }

    private static void Tell(PredictionRequest request, PredictionSummary summary)
    {
        Messages.EraseStatus();
        string? reason = (request.Threshold, request.NoneOfThese) switch
        {
            ({ } threshold, false) => string.Create(CultureInfo.InvariantCulture, $"has less than {threshold}"),
            ({ } threshold, true) => string.Create(
                CultureInfo.InvariantCulture, $"has less than {threshold}, or fits worse than it has to"),
            (null, true) => "fits worse than it has to",
            _ => null,
        };
        if (reason is not null)
        {
            Messages.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"none: {summary.Unanswered} of {SortingNotes.Pictures(summary.Pictures)} "
                + $"({(double)summary.Unanswered / summary.Pictures:P1}), whose most probable class {reason}"));
        }

        if (request.Output is { } output)
        {
            Messages.Note($"Wrote the answers for {SortingNotes.Pictures(summary.Pictures)} to {output}");
        }

        if (summary.Sorting is { } sorting)
        {
            SortingNotes.Tell(sorting, request.SortInto!, request.AsLinks);
        }
    }
}
