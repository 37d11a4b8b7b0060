using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights.Hub;

/// <summary>
/// Fetches a model from Hugging Face's hub into the cache: the newest commit of its main branch, each file checked
/// against what the hub says it hashes to.
/// </summary>
/// <param name="cache">Receives it; says where from.</param>
/// <param name="observer">Is told how it goes; null for nobody.</param>
internal sealed class HubFetch(HubCache cache, IRunObserver? observer)
{
    private const long LargestFile = 24L << 30;
    private const int LargestListing = 8 << 20;
    private const int LargestText = 16 << 20;
    private const int Sha256Digits = 64;
    private const int GitDigits = 40;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan[] s_pauses =
    [
        .. new[] { 1, 2, 4, 8 }.Select(seconds => TimeSpan.FromSeconds(seconds)),
    ];

    /// <summary>Times to wait before further attempts at a file.</summary>
    public IReadOnlyList<TimeSpan> Pauses { get; init; } = s_pauses;

    /// <summary>Fetches what is missing.</summary>
    /// <param name="given">The name, for messages.</param>
    /// <param name="repository">ORG/NAME.</param>
    /// <param name="cancellation">Stops; what has arrived is kept.</param>
    /// <returns>The folder of the model.</returns>
    /// <exception cref="PromptKDException">It cannot be had, or is not what the hub says it is.</exception>
    public string Fetch(string given, string repository, CancellationToken cancellation)
    {
        if (cache.IsOffline)
        {
            throw new PromptKDException(
                $"{given}: {repository} is not in {cache.Root}, and HF_HUB_OFFLINE forbids to fetch it. Download it "
                + "where there is a connection, or give its folder.");
        }

        try
        {
            return FetchAsync(given, repository, cancellation).GetAwaiter().GetResult();
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            throw WriteFault.Of(cache.FolderOf(repository), error);
        }
    }

    private async Task<string> FetchAsync(string given, string repository, CancellationToken cancellation)
    {
        // Every answer is taken as it is: a token goes to the endpoint, and nowhere it may send on to.
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var asking = new HttpClient(handler) { Timeout = s_patience };
        (string commit, IReadOnlyList<string> all) = await ListAsync(asking, given, repository, cancellation)
            .ConfigureAwait(false);
        IReadOnlyList<string> names = HubFiles.Choose(all);
        if (names.Count == 0)
        {
            throw new PromptKDException(
                $"{given}: {repository} has no weights that are read here: model.safetensors, "
                + "open_clip_model.safetensors, or their .bin.");
        }

        foreach (string name in names)
        {
            string etag = await FetchFileAsync(asking, repository, commit, name, cancellation).ConfigureAwait(false);
            cache.Place(repository, commit, name, etag);
        }

        cache.Point(repository, commit);
        return cache.SnapshotOf(repository, commit);
    }

    private async Task<(string Commit, IReadOnlyList<string> Names)> ListAsync(
        HttpClient client, string given, string repository, CancellationToken cancellation)
    {
        var address = new Uri(cache.Endpoint, $"api/models/{repository}/revision/main");
        using HttpResponseMessage answer = await AskAsync(client, HttpMethod.Get, address, given, cancellation)
            .ConfigureAwait(false);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw Refusal(given, address, answer);
        }

        try
        {
            byte[] text = await ReadAsync(answer, LargestListing, cancellation).ConfigureAwait(false);
            using JsonDocument json = JsonText.Parse(text, LargestListing);
            JsonElement root = json.RootElement;
            string commit = root.GetProperty("sha").GetString() ?? "";
            return HubCache.IsCommit(commit)
                ? (commit,
                [
                    .. root.GetProperty("siblings").EnumerateArray()
                        .Select(one => one.GetProperty("rfilename").GetString() ?? ""),
                ])
                : throw new JsonException("no commit");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException
            or KeyNotFoundException or InvalidDataException)
        {
            throw new PromptKDException(
                $"{address}: the server does not answer as Hugging Face's hub does. Is HF_ENDPOINT right?", error);
        }
    }

    private async Task<string> FetchFileAsync(
        HttpClient asking, string repository, string commit, string name, CancellationToken cancellation)
    {
        var address = new Uri(cache.Endpoint, $"{repository}/resolve/{commit}/{name}");
        using HttpResponseMessage head = await AskAsync(asking, HttpMethod.Head, address, name, cancellation)
            .ConfigureAwait(false);
        if (head.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect
            or HttpStatusCode.SeeOther or HttpStatusCode.PermanentRedirect))
        {
            throw Refusal(name, address, head);
        }

        string etag = (Header(head, "X-Linked-Etag") ?? Header(head, "ETag") ?? "")
            .Replace("W/", "", StringComparison.Ordinal).Trim('"');
        bool isLarge = etag.Length == Sha256Digits;
        if ((!isLarge && etag.Length != GitDigits) || !etag.All(char.IsAsciiHexDigitLower))
        {
            throw new PromptKDException(
                $"{address}: the server does not say what the file hashes to, so it is not fetched. Is HF_ENDPOINT "
                + "right?");
        }

        string blob = cache.BlobOf(repository, etag);
        if (!File.Exists(blob))
        {
            observer?.OnPhase($"Fetching {address} into {cache.Root}");
            using HttpClient client = Client();
            if (isLarge)
            {
                await new Download(client, Pauses, s_patience) { MostBytes = LargestFile }.FetchAsync(
                    address, blob, etag, new FetchReporter(observer), cancellation).ConfigureAwait(false);
            }
            else
            {
                await FetchTextAsync(client, address, blob, etag, cancellation).ConfigureAwait(false);
            }
        }

        return etag;
    }

    // Small files are named by git's digest of them.
    private async Task FetchTextAsync(
        HttpClient client, Uri address, string blob, string etag, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await AskAsync(
            client, HttpMethod.Get, address, address.AbsolutePath, cancellation).ConfigureAwait(false);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw Refusal(address.AbsolutePath, address, answer);
        }

        byte[] content;
        try
        {
            content = await ReadAsync(answer, LargestText, cancellation).ConfigureAwait(false);
        }
        catch (InvalidDataException error)
        {
            throw new PromptKDException($"{address}: {error.Message}", error);
        }

        // Git's own name of a file: SHA-1, which tells a damaged file, not a forged one.
        string found = Convert.ToHexStringLower(CryptographicOperations.HashData(
            HashAlgorithmName.SHA1, [.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
        if (found != etag)
        {
            throw new PromptKDException(
                $"{address}: the file that came has git's digest {found}, not {etag}. Try again; nothing of it was "
                + "kept.");
        }

        WholeFile.Write(blob, stream => stream.Write(content));
    }

    private HttpClient Client()
    {
        // .NET takes the token off where it is sent on, and does not follow from https to http.
        var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = cache.Token is { } token
            ? new AuthenticationHeaderValue("Bearer", token)
            : null;
        return client;
    }

    private async Task<HttpResponseMessage> AskAsync(
        HttpClient client, HttpMethod method, Uri address, string what, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Authorization = cache.Token is { } token
            ? new AuthenticationHeaderValue("Bearer", token)
            : null;
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation)
                .ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException
            || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new PromptKDException(
                $"{what}: not in {cache.Root}, and {cache.Endpoint.Host} cannot be reached ({Reason(error)}). Download "
                + "it where there is a connection, or give its folder.",
                error);
        }
    }

    private static string Reason(Exception error) =>
        error is OperationCanceledException ? "no answer" : error.Message.ReplaceLineEndings(" ").TrimEnd('.');

    private static async Task<byte[]> ReadAsync(HttpResponseMessage answer, int most, CancellationToken cancellation)
    {
        using Stream stream = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var content = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int count; (count = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            if (content.Length + count > most)
            {
                throw new InvalidDataException($"The server sends more than {most} bytes, which is no such file.");
            }

            content.Write(buffer, 0, count);
        }

        return content.ToArray();
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;

    private PromptKDException Refusal(string what, Uri address, HttpResponseMessage answer) =>
        new(answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                $"{what}: {cache.Endpoint.Host} does not give it to everybody, or there is no such repository. "
                + (cache.Token is null
                    ? "If it is yours or you were let in, set HF_TOKEN."
                    : "HF_TOKEN is set: is it allowed to read it?"),
            HttpStatusCode.NotFound => $"{what}: {cache.Endpoint.Host} has no such repository or file "
                + $"({address.AbsolutePath}). Is the name right?",
            _ => $"{address}: the server answered {(int)answer.StatusCode} {answer.ReasonPhrase}.".Replace(
                " .", ".", StringComparison.Ordinal),
        });

    // Unlike Progress<T>, it reports on the downloading thread, in order.
    private sealed class FetchReporter(IRunObserver? observer) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => observer?.OnFetched(value.Source, value.Received, value.Total);
    }
}
