namespace PromptKD.Golden;

/// <summary>Finds files of the checkout from wherever the tests are run.</summary>
internal static class ProjectFolder
{
    /// <summary>The checkout's top folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The golden cases that the project contains.</summary>
    public static string Golden { get; } = Path.Combine(Root, "tests", "golden");

    /// <summary>
    /// CLIP's vocabulary, which the project may not contain: PROMPTKD_CLIP_VOCAB, or CI's shared data.
    /// </summary>
    /// <returns>Null where this machine has none.</returns>
    public static string? ClipVocabulary =>
        new[]
        {
            Environment.GetEnvironmentVariable("PROMPTKD_CLIP_VOCAB"),
            Path.Combine(Root, "..", "shared", "data", "bpe_simple_vocab_16e6.txt.gz"),
        }.FirstOrDefault(File.Exists);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PromptKD.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Not inside a checkout of PromptKD.");
    }
}
