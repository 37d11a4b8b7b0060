using PromptKD.Golden;

namespace PromptKD.Tests;

/// <summary>
/// CLIP's vocabulary, which the project may not contain. In CI it must be there; elsewhere tests skip.
/// </summary>
internal static class ClipVocabulary
{
    private static readonly string[] s_kindsThatTokenize =
    [
        "tokenizer", "ivlp-forward", "promptkd-step", "promptkd-eval", "checkpoints", "end-to-end",
        "promptsrc-step", "zeroshot",
    ];

    /// <summary>The path of the vocabulary; skips the calling test where there is none (fails it in CI).</summary>
    public static string Require()
    {
        if (ProjectFolder.ClipVocabulary is { } path)
        {
            return path;
        }

        Assert.False(
            Environment.GetEnvironmentVariable("CI") == "true",
            "CI must provide CLIP's vocabulary: set PROMPTKD_CLIP_VOCAB.");
        Assert.Skip(
            "Needs CLIP's vocabulary, which the project does not contain. Set PROMPTKD_CLIP_VOCAB to "
            + "bpe_simple_vocab_16e6.txt.gz from the OpenAI CLIP repository.");
        return "";
    }

    /// <summary>As <see cref="Require"/>, for the kinds of case that turn text into tokens.</summary>
    public static void RequireFor(GoldenCase golden)
    {
        bool isTrainer = golden.Kind.StartsWith("trainer-", StringComparison.Ordinal);
        if (isTrainer || s_kindsThatTokenize.Contains(golden.Kind))
        {
            Require();
        }
    }
}
