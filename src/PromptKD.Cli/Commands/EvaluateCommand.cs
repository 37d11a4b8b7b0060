using System.CommandLine;
using PromptKD.Cli.Terminal;
using PromptKD.Evaluation;
using PromptKD.Inference;
using PromptKD.Inference.Evaluations;
using PromptKD.Inference.Predictions;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd evaluate</c>: a student package against class folders.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string> s_model = StudentOptions.Model();
    private static readonly Option<string> s_device = StudentOptions.Device();
    private static readonly Option<string> s_precision = StudentOptions.Precision();
    private static readonly Option<string> s_provider = StudentOptions.OnnxProvider();

    private static readonly Option<string> s_data = new("--data")
    {
        Description = "Class folders: CLASS NAME/picture, or labelled shards; a class may have none [required]",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<int> s_base = new("--base")
    {
        Description = "How many of the first classes are 'base': gives base, novel and harmonic mean [default: 0]",
        HelpName = "N",
    };

    private static readonly Option<string[]> s_confusion = new("--confusion")
    {
        Description = "File for the counts by true class and answer: a table (.csv) or a picture (.png); repeatable "
            + "[default: none]",
        HelpName = OptionRules.AFile,
    };

    private static readonly Option<string> s_mistakes = new("--mistakes")
    {
        Description = "Folder that receives copies of the pictures that are taken for another class, as "
            + "CLASS/ANSWER/picture; "
            + "or a .png for a sheet of those that the student is surest of [default: none]",
        HelpName = "DIR|PNG",
    };

    private static readonly Option<bool> s_links = new("--links")
    {
        Description = "Symbolic links in place of the copies of --mistakes [default: off]",
    };

    private static readonly Option<string> s_json = new("--json")
    {
        Description = "All of it as one JSON object: into a file, or in place of the tables without one [default: "
            + "none]",
        HelpName = OptionRules.AFile,
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var command = new Command("evaluate", "Measure a student on labelled pictures.")
        {
            s_model, s_data, s_base, s_confusion, s_mistakes, s_links, s_json, s_device, s_precision, s_provider,
            ProcessesOption.Option,
        };
        foreach (Option option in StudentOptions.Upright.Options)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) =>
        {
            using FolderClassifier classifier =
                StudentOptions.Load(parsed, s_model, s_device, s_precision, s_provider, showsProgress: true);
            EvaluationRequest request = Request(parsed);
            EvaluationReport? measured = null;
            SortingSummary? sorting;
            try
            {
                (_, sorting) = EvaluationRun.Of(
                    classifier, request, StudentOptions.WarnOfSkipped, report => measured = report, cancellation);
            }
            finally
            {
                // A file that cannot be written, or a reader of the tables that has gone, takes no other with it.
                if (measured is not null)
                {
                    Print(measured, isJson: parsed.GetResult(s_json) is not null && request.Json is null);
                }
            }

            Tell(request, measured!, sorting);
            return Task.FromResult(0);
        });
        return command;
    }

    private static EvaluationRequest Request(ParseResult parsed) => new()
    {
        Data = parsed.GetValue(s_data)!,
        BaseClasses = parsed.GetValue(s_base),
        Confusion = parsed.GetValue(s_confusion) ?? [],
        Mistakes = parsed.GetValue(s_mistakes),
        AsLinks = parsed.GetValue(s_links),
        Json = parsed.GetValue(s_json),
    };

    private static void Print(EvaluationReport report, bool isJson)
    {
        Messages.EraseStatus();
        if (isJson)
        {
            Answers.Json(EvaluationRun.ToJson(report));
        }
        else
        {
            EvaluationTables.Print(report);
        }
    }

    private static void Tell(EvaluationRequest request, EvaluationReport report, SortingSummary? sorting)
    {
        foreach (string file in request.Confusion.Concat(request.Json is { } json ? [json] : []))
        {
            Messages.Note($"Wrote {file}");
        }

        if (sorting is not null)
        {
            SortingNotes.Tell(sorting, request.Mistakes!, request.AsLinks);
        }
        else if (request.Mistakes is { } sheet)
        {
            Messages.Note($"Drew mistakes onto {sheet}: there are {report.Mistakes.Count}");
        }
    }
}
