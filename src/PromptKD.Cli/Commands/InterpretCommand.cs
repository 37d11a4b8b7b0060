using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Evaluation;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd interpret</c>: the words nearest to learned text tokens.</summary>
internal static class InterpretCommand
{
    private const int DefaultNearest = 5;

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var prompts = new Option<string>("--prompts")
        {
            Description = "A checkpoint of CoOp, CoCoOp, IVLP, MaPLe or PromptSRC [required]",
            HelpName = "FILE",
            Required = true,
        };
        var clip = new Option<string>("--clip")
        {
            Description = "The CLIP that it was learned on: a file, a folder, or a name such as openai:ViT-B/16 "
                + "[required]",
            HelpName = "PATH",
            Required = true,
        };
        var nearest = new Option<int>("--nearest")
        {
            Description = "Words for each token",
            HelpName = "N",
            DefaultValueFactory = _ => DefaultNearest,
        };
        Option<string> vocabulary = CommonOptions.Vocabulary();

        Option<bool> json = StudentOptions.Json();
        var command = new Command("interpret", "Name the words nearest to learned text tokens.")
        {
            prompts, clip, nearest, vocabulary, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            IReadOnlyList<LearnedToken> tokens = PromptInterpretation.FindWords(
                parsed.GetValue(prompts)!,
                parsed.GetValue(clip)!,
                parsed.GetValue(nearest),
                parsed.GetValue(vocabulary),
                cancellation);
            foreach (LearnedToken token in tokens)
            {
                if (parsed.GetValue(json))
                {
                    Answers.Json(token, AnswerJson.Lines.LearnedToken);
                }
                else
                {
                    Answers.Line(Describe(token));
                }
            }

            return Task.FromResult(0);
        });
        return command;
    }

    // Layer (behind the first), class (where each has its own), place from 1, and the words; those that end no word are
    // followed by an ellipsis.
    private static IEnumerable<string> Describe(LearnedToken token)
    {
        string place = (token.Position + 1).ToString(CultureInfo.InvariantCulture);
        return token.Words
            .Select(word => string.Create(
                CultureInfo.InvariantCulture, $"{word.Text}{(word.EndsWord ? "" : "…")} {word.Distance:0.0000}"))
            .Prepend(Where(token) + place);
    }

    private static string Where(LearnedToken token) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(token.Layer > 0 ? $"layer {token.Layer + 1}, " : "")}"
        + $"{(token.Class is { } number ? $"class {number}, " : "")}");
}
