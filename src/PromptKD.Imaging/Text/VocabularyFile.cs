using PromptKD.Runtime;

namespace PromptKD.Text;

/// <summary>Finds the vocabulary that a model was trained with, and fetches OpenAI's where there is none.</summary>
internal static class VocabularyFile
{
    /// <summary>Names a vocabulary for models that have none beside them.</summary>
    public const string Variable = "PROMPTKD_CLIP_VOCAB";

    private const string OpenAIName = "bpe_simple_vocab_16e6.txt.gz";
    private const string OpenAIHash = "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a";

    private static readonly Uri s_openAISource =
        new($"https://raw.githubusercontent.com/openai/CLIP/main/clip/{OpenAIName}");

    private static readonly string[] s_names =
    [
        OpenAIName, "merges.txt", "spiece.model", "tokenizer.json", "vocab.json",
    ];

    /// <summary>
    /// Finds a vocabulary on this machine: the one that is named, else the one beside the model, which is surely the
    /// model's own, else the one that <c>PROMPTKD_CLIP_VOCAB</c> names, else OpenAI's in the cache folder.
    /// </summary>
    /// <param name="vocabularyFile">A file that wins over every other, or null.</param>
    /// <param name="model">The model's file or folder, or null.</param>
    /// <returns>A path for <see cref="ClipTokenizer.Load"/>, or null where there is none.</returns>
    /// <exception cref="PromptKDException">A file is named that does not exist.</exception>
    public static string? Find(string? vocabularyFile = null, string? model = null) =>
        Find(vocabularyFile, Environment.GetEnvironmentVariable(Variable), model, CacheFolder.Current);

    /// <summary>As <see cref="Find(string?, string?)"/>; what is nowhere is fetched from OpenAI, once.</summary>
    /// <param name="vocabularyFile">As there.</param>
    /// <param name="model">As there.</param>
    /// <param name="progress">Told how far the download has come (1.4 MB).</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <returns>A path for <see cref="ClipTokenizer.Load"/>.</returns>
    /// <exception cref="PromptKDException">A file is named that does not exist, or none can be fetched.</exception>
    public static async Task<string> LocateAsync(
        string? vocabularyFile = null,
        string? model = null,
        IProgress<DownloadProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        return Find(vocabularyFile, model)
            ?? await FetchAsync(Download.Small, s_openAISource, CacheFolder.Current, progress, cancellation)
                .ConfigureAwait(false);
    }

    /// <summary>Fetches OpenAI's vocabulary into the cache folder.</summary>
    internal static async Task<string> FetchAsync(
        Download download,
        Uri source,
        string cache,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        string file = Path.Combine(cache, OpenAIName);
        try
        {
            await download.FetchAsync(source, file, OpenAIHash, progress, cancellation).ConfigureAwait(false);
            return file;
        }
        catch (PromptKDException error)
        {
            throw new PromptKDException(
                $"CLIP's vocabulary is not on this machine and cannot be fetched: {error.Marked} Put {OpenAIName} "
                + $"beside the model, or name one with ‹vocab› or {Variable}.",
                error);
        }
    }

    /// <summary>As the public one, for a given environment.</summary>
    /// <param name="named">The file that the caller names.</param>
    /// <param name="variable">The value of <see cref="Variable"/>.</param>
    /// <param name="model">The model's file or folder.</param>
    /// <param name="cache">The cache folder.</param>
    internal static string? Find(string? named, string? variable, string? model, string cache)
    {
        if (!string.IsNullOrEmpty(named))
        {
            return File.Exists(named) ? named : throw new PromptKDException($"No vocabulary at '{named}'.");
        }

        if (FindBeside(model) is { } own)
        {
            return own;
        }

        if (!string.IsNullOrEmpty(variable))
        {
            return File.Exists(variable)
                ? variable
                : throw new PromptKDException($"{Variable} names '{variable}', but there is no such file.")
                {
                    Code = PromptKDError.MissingFile,
                };
        }

        return FindIn(cache, [OpenAIName]);
    }

    private static string? FindBeside(string? model)
    {
        if (string.IsNullOrEmpty(model))
        {
            return null;
        }

        string? folder = Directory.Exists(model) ? model : Path.GetDirectoryName(Path.GetFullPath(model));
        return folder is null ? null : FindIn(folder, s_names);
    }

    private static string? FindIn(string folder, string[] names) =>
        names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
