using PromptKD.Runtime;

namespace PromptKD.Models.Weights.Hub;

/// <summary>
/// The cache that Hugging Face's own programs keep, shared with them: <c>models--ORG--NAME</c> with <c>refs</c>,
/// <c>blobs</c> and <c>snapshots</c>.
/// </summary>
internal sealed class HubCache
{
    private const string Branch = "main";
    private const string Refs = "refs";
    private const string Blobs = "blobs";
    private const string Snapshots = "snapshots";
    private const int CommitDigits = 40;

    private HubCache(string root, Uri endpoint, string? token, bool isOffline)
    {
        (Root, Endpoint, Token, IsOffline) = (root, endpoint, token, isOffline);
    }

    /// <summary>The cache of this process: HF_HUB_CACHE, or <c>hub</c> in HF_HOME.</summary>
    public static HubCache Current => Of(
        Environment.GetEnvironmentVariable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    /// <summary>Its folder.</summary>
    public string Root { get; }

    /// <summary>The server: HF_ENDPOINT, or the hub.</summary>
    public Uri Endpoint { get; }

    /// <summary>HF_TOKEN, which opens repositories of one's own; null without one.</summary>
    public string? Token { get; }

    /// <summary>Whether HF_HUB_OFFLINE forbids to fetch anything.</summary>
    public bool IsOffline { get; }

    /// <summary>The cache of a given environment.</summary>
    /// <param name="read">Reads an environment variable; null or empty where it is not set.</param>
    /// <param name="home">The user's home folder.</param>
    /// <exception cref="PromptKDException">HF_ENDPOINT is no web address.</exception>
    public static HubCache Of(Func<string, string?> read, string home)
    {
        string? Given(string name) => read(name) is { Length: > 0 } value ? value : null;
        string shared = Given("XDG_CACHE_HOME") ?? Path.Combine(home, ".cache");
        string own = Given("HF_HOME") ?? Path.Combine(shared, "huggingface");
        string endpoint = Given("HF_ENDPOINT") ?? "https://huggingface.co";
        if (!Uri.TryCreate(endpoint.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address)
            || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
        {
            throw new PromptKDException(
                $"HF_ENDPOINT is '{Printable.Line(endpoint)}', expected a web address such as https://huggingface.co.");
        }

        return new HubCache(
            Path.GetFullPath(Given("HF_HUB_CACHE") ?? Path.Combine(own, "hub")),
            address,
            Given("HF_TOKEN"),
            Given("HF_HUB_OFFLINE") is { } offline && offline.ToLowerInvariant() is "1" or "true" or "yes" or "on");
    }

    /// <summary>The folder of a repository.</summary>
    public string FolderOf(string repository) =>
        Path.Combine(Root, $"models--{repository.Replace("/", "--", StringComparison.Ordinal)}");

    /// <summary>Where a file's content lies.</summary>
    public string BlobOf(string repository, string etag) => Path.Combine(FolderOf(repository), Blobs, etag);

    /// <summary>The folder of a commit.</summary>
    public string SnapshotOf(string repository, string commit) => Path.Combine(FolderOf(repository), Snapshots, commit);

    /// <summary>The folder of a model that is here, whole; null where it is not.</summary>
    /// <exception cref="PromptKDException">A file of it is a link to somewhere outside.</exception>
    public string? Find(string repository)
    {
        string reference = Path.Combine(FolderOf(repository), Refs, Branch);
        if (!File.Exists(reference) || RegularFile.ReadAllText(reference).Trim() is not { } commit || !IsCommit(commit))
        {
            return null;
        }

        string folder = SnapshotOf(repository, commit);
        if (!Directory.Exists(folder) || HubFiles.Missing(folder) is not null)
        {
            return null;
        }

        foreach (string file in Directory.EnumerateFiles(folder))
        {
            RefuseOutside(repository, file);
        }

        return folder;
    }

    /// <summary>Makes a file of a commit out of its content: a link where the system has them, else a copy.</summary>
    public void Place(string repository, string commit, string name, string etag)
    {
        string file = Path.Combine(SnapshotOf(repository, commit), name);
        string blob = BlobOf(repository, etag);
        try
        {
            // As the others do: relative, so that the cache can be moved.
            if (!WholeFile.TryLink(file, Path.Combine("..", "..", Blobs, etag)))
            {
                RefuseOutside(repository, file);
            }
        }
        catch (PromptKDException) when (new FileInfo(file).LinkTarget is null)
        {
            // Not every user may make links on Windows, and not every file system holds them.
            WholeFile.Copy(blob, file);
        }
    }

    /// <summary>Says which commit the branch is at: last of all, so that whoever reads it finds all files.</summary>
    public void Point(string repository, string commit) =>
        WholeFile.WriteText(Path.Combine(FolderOf(repository), Refs, Branch), commit);

    /// <summary>Whether a text is the name of a commit.</summary>
    public static bool IsCommit(string text) => text.Length == CommitDigits && text.All(char.IsAsciiHexDigitLower);

    // Whoever may write to a shared cache could have other files read as weights, or written over.
    private void RefuseOutside(string repository, string file)
    {
        if (new FileInfo(file).LinkTarget is not { } target)
        {
            return;
        }

        string meant = Path.GetFullPath(target, Path.GetDirectoryName(Path.GetFullPath(file))!);
        string blobs = Path.Combine(FolderOf(repository), Blobs) + Path.DirectorySeparatorChar;
        if (!meant.StartsWith(blobs, StringComparison.Ordinal) || new FileInfo(meant).LinkTarget is not null)
        {
            throw new PromptKDException(
                $"'{file}' is a link to '{target}', which is no content of this cache. Delete it, and run the same "
                + "command again.");
        }
    }
}
