using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace PromptKD.Runtime;

/// <summary>
/// Fetches files over HTTP, whole or not at all. What arrives is written to <c>FILE.partial</c>, continued where it
/// was cut, checked against its SHA-256, and only then renamed. <c>FILE.lock</c> keeps two processes apart.
/// </summary>
/// <param name="client">Makes the requests; its own timeout must be infinite, files are large.</param>
/// <param name="pauses">Time to wait before the second attempt, the third, and so on; then it gives up.</param>
/// <param name="patience">Time without a byte after which a connection counts as lost.</param>
internal sealed class Download(HttpClient client, IReadOnlyList<TimeSpan> pauses, TimeSpan patience)
{
    private const int BufferBytes = 1 << 17;

    // It does not follow a redirection from https to http, nor to files of this machine.
    private static readonly HttpClient s_client = new() { Timeout = Timeout.InfiniteTimeSpan };

    private static readonly TimeSpan[] s_pauses =
        [.. new[] { 1, 2, 4, 8, 16 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>The most bytes that are accepted of one file.</summary>
    public long MostBytes { get; init; } = 4L << 30;

    /// <summary>As <see cref="Default"/>, for files of a few megabytes.</summary>
    public static Download Small { get; } = new(s_client, s_pauses, s_patience) { MostBytes = 16 << 20 };

    /// <summary>Six attempts within half a minute; a connection may be silent for half a minute.</summary>
    public static Download Default { get; } = new(s_client, s_pauses, s_patience);

    /// <summary>Fetches a file, unless it is there already.</summary>
    /// <param name="source">An http or https address.</param>
    /// <param name="file">Where to put it. Its folder is made if need be.</param>
    /// <param name="sha256">What the content must hash to, in hexadecimal.</param>
    /// <param name="progress">Told after every block.</param>
    /// <param name="cancellation">Stops; what has arrived is kept for the next attempt.</param>
    /// <exception cref="PromptKDException">
    /// The server refuses, does not answer, or sends something else; or the disk does not take the file.
    /// </exception>
    public async Task FetchAsync(
        Uri source,
        string file,
        string sha256,
        IProgress<DownloadProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        if (IsThere(file))
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            RefuseLinks(file, $"{file}.lock", $"{file}.partial");
            using FileStream turn = await FileLock.TakeAsync($"{file}.lock", cancellation).ConfigureAwait(false);
            if (!IsThere(file))
            {
                await FetchPartialAsync(source, $"{file}.partial", progress, cancellation).ConfigureAwait(false);
                await CheckAsync(source, $"{file}.partial", sha256, cancellation).ConfigureAwait(false);
                File.Move($"{file}.partial", file);
            }
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            throw WriteFault.Of(file, error);
        }
    }

    private async Task FetchPartialAsync(
        Uri source, string partial, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        using var target = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        RefuseLinks(partial);
        EntityTagHeaderValue? version = null;
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                using HttpResponseMessage response =
                    await RequestAsync(source, target.Length, version, cancellation).ConfigureAwait(false);
                version = response.Headers.ETag is { IsWeak: false } tag ? tag : version;
                if (await ReceiveAsync(source, response, target, progress, cancellation).ConfigureAwait(false))
                {
                    DiskFlush.Run(target);
                    return;
                }
            }
            catch (ConnectionLostException error) when (attempt >= pauses.Count)
            {
                throw new PromptKDException(
                    $"{source}: given up after attempt {attempt + 1} ({error.Message}). "
                    + "What has arrived is kept: run the same command again to continue.",
                    error);
            }
            catch (ConnectionLostException)
            {
                await Task.Delay(pauses[attempt], cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Asks for the file, from the given byte on.</summary>
    private async Task<HttpResponseMessage> RequestAsync(
        Uri source, long start, EntityTagHeaderValue? version, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, source);
        if (start > 0)
        {
            request.Headers.Range = new RangeHeaderValue(start, null);
            request.Headers.IfRange = version is null ? null : new RangeConditionHeaderValue(version);
        }

        return await WithPatienceAsync(
            token => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token),
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes what the server sends behind what is there, or in its place.</summary>
    /// <returns>Whether the file is complete; otherwise ask again, from the start.</returns>
    private async Task<bool> ReceiveAsync(
        Uri source,
        HttpResponseMessage response,
        FileStream target,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                target.SetLength(0);
                break;
            case HttpStatusCode.PartialContent when range?.From == target.Length:
                break;
            case HttpStatusCode.RequestedRangeNotSatisfiable when range?.Length == target.Length && target.Length > 0:
                return true;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable when target.Length > 0:
                target.SetLength(0);
                return false;
            default:
                throw Refusal(source, response);
        }

        await AppendAsync(source, response.Content, target, progress, cancellation).ConfigureAwait(false);
        return true;
    }

    private async Task AppendAsync(
        Uri source,
        HttpContent content,
        FileStream target,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        target.Position = target.Length;
        long? total = target.Length + content.Headers.ContentLength;
        RefuseMoreThanMost(source, target, total ?? 0);
        Stream arriving = await WithPatienceAsync(content.ReadAsStreamAsync, cancellation).ConfigureAwait(false);
        byte[] buffer = new byte[BufferBytes];
        int count;
        do
        {
            count = await WithPatienceAsync(token => arriving.ReadAsync(buffer, token).AsTask(), cancellation)
                .ConfigureAwait(false);
            RefuseMoreThanMost(source, target, target.Length + count);
            await target.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
            progress?.Report(new DownloadProgress(source, target.Length, total));
        }
        while (count > 0);
    }

    // What came is no beginning of the file that is wanted, so nothing of it is kept.
    private void RefuseMoreThanMost(Uri source, FileStream target, long bytes)
    {
        if (bytes > MostBytes)
        {
            target.SetLength(0);
            throw new PromptKDException(
                $"{source}: the server sends more than {MostBytes} bytes, which is another file. Is the address "
                + "right?");
        }
    }

    // To .NET a link that leads nowhere is a file.
    private static bool IsThere(string file) =>
        File.Exists(file) && new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.Exists != false;

    // Whoever may write to a cache that several people share could make us write elsewhere.
    private static void RefuseLinks(params ReadOnlySpan<string> paths)
    {
        foreach (string path in paths)
        {
            if (new FileInfo(path).LinkTarget is { } target)
            {
                throw new PromptKDException(
                    $"'{path}' is a link to '{target}', which is not written to. Delete it, and run the same command "
                    + "again.");
            }
        }
    }

    /// <summary>A lost connection for what may pass (busy, overloaded), a final error for what will not.</summary>
    private static Exception Refusal(Uri source, HttpResponseMessage response)
    {
        int code = (int)response.StatusCode;
        string answer = $"{code} {response.ReasonPhrase}".TrimEnd();
        bool mayPass = code >= 500
            || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;
        return mayPass
            ? new ConnectionLostException($"the server answered {answer}", null)
            : new PromptKDException($"{source}: the server answered {answer}. Is the address right?");
    }

    private async Task<T> WithPatienceAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellation)
    {
        using var patient = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patient.CancelAfter(patience);
        try
        {
            return await action(patient.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new ConnectionLostException($"nothing came for {patience.TotalSeconds:0.##} s", error);
        }
        catch (HttpRequestException error) when (
            error.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            throw new PromptKDException($"No connection: {error.Message}. Is this machine online?", error);
        }
        catch (Exception error) when (error is UriFormatException or NotSupportedException or InvalidOperationException)
        {
            throw new PromptKDException($"The server sends on to what is no web address: {error.Message}", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new ConnectionLostException(error.Message, error);
        }
    }

    private static async Task CheckAsync(Uri source, string partial, string sha256, CancellationToken cancellation)
    {
        byte[] hash;
        using (FileStream stream = RegularFile.Open(partial))
        {
            hash = await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false);
        }

        string found = Convert.ToHexStringLower(hash);
        if (!found.Equals(sha256, StringComparison.OrdinalIgnoreCase))
        {
            File.Delete(partial);
            throw new PromptKDException(
                $"{source}: the file that came has the SHA-256 {found}, not {sha256}. It was deleted; try again. If "
                + "that does not help, the file was changed at its source.");
        }
    }

    /// <summary>An attempt failed in a way that the next one may not.</summary>
    private sealed class ConnectionLostException(string message, Exception? innerException)
        : Exception(message, innerException);
}
