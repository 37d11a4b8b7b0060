using System.CommandLine;
using System.Globalization;

namespace PromptKD.Cli.Commands;

/// <summary><c>--tune</c>: what of a student learns beside its projector, as the keys that say so.</summary>
internal static class TuneOption
{
    private const string LastPrefix = "last:";
    private const string Tokens = "TRAINER.PROMPTKD.N_CTX_VISION";
    private const string Tower = "TRAINER.PROMPTKD.TUNE_TOWER";
    private const string Layers = "TRAINER.PROMPTKD.TUNE_LAYERS";
    private const string UsualTokens = "4";
    private const string Expected = "prompts, projector, tower or last:N";

    /// <summary>The option.</summary>
    public static Option<string?> Option { get; } = Create();

    /// <summary>The keys and values that it stands for; empty where it is not given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="length">The value of --prompt-length where that is given.</param>
    /// <exception cref="PromptKDException">The two options contradict each other.</exception>
    public static string[] ToOverride(ParseResult parsed, string? length)
    {
        string? tune = parsed.GetValue(Option);
        if (tune is null)
        {
            return [];
        }

        bool learnsTokens = tune == "prompts";
        if (length is not null && learnsTokens == (length == "0"))
        {
            throw new PromptKDException(
                $"--tune {tune} and --prompt-length {length} contradict each other: tokens are learned with --tune "
                + "prompts alone.");
        }

        string tokens = learnsTokens ? length ?? UsualTokens : "0";
        return tune switch
        {
            "prompts" or "projector" => [Tokens, tokens, Tower, "False", Layers, "0"],
            "tower" => [Tokens, tokens, Tower, "True", Layers, "0"],
            _ => [Tokens, tokens, Tower, "True", Layers, tune[LastPrefix.Length..]],
        };
    }

    private static Option<string?> Create()
    {
        var option = new Option<string?>("--tune")
        {
            Description = "What of the student learns beside its projector: prompts (tokens in a transformer), "
                + "projector (nothing else), tower (all its weights), last:N (its last N layers or blocks) [default: "
                + "as the recipe says]",
            HelpName = "WHAT",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: string value }] && !string.IsNullOrWhiteSpace(value) && !IsMeant(value))
            {
                result.AddError($"--tune is '{value}', expected {Expected}, N from 1 on.");
            }
        });
        return option;
    }

    private static bool IsMeant(string value) => value is "prompts" or "projector" or "tower"
        || (value.StartsWith(LastPrefix, StringComparison.Ordinal)
            && int.TryParse(
                value.AsSpan(LastPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int layers)
            && layers > 0);
}
