using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;

namespace PromptKD.Runtime.Remote;

/// <summary>Files of web servers that send parts (RFC 9110, section 14).</summary>
/// <param name="client">Makes the requests; its own timeout must be infinite.</param>
internal sealed class HttpFiles(HttpClient client) : IRemoteFiles
{
    // It does not follow a redirection from https to http.
    private static readonly HttpClient s_client = new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>That of this process.</summary>
    public static HttpFiles Default { get; } = new(s_client);

    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["http", "https"];

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken) =>
        throw new PromptKDException(
            $"{folder}: web servers do not list their files. Give the shards: https://…/shard-{{000..009}}.tar.");

    /// <inheritdoc/>
    public async Task<RemotePart> OpenAsync(
        string address, long start, long? length, string? version, CancellationToken cancellationToken)
    {
        string name = address.Split('?')[0];
        using var request = new HttpRequestMessage(HttpMethod.Get, AddressOf(address, name));
        request.Headers.Range = new RangeHeaderValue(start, start + length - 1);
        request.Headers.AcceptEncoding.ParseAdd("identity");
        if (version is ['"', ..])
        {
            request.Headers.TryAddWithoutValidation("If-Match", version);
        }

        HttpResponseMessage response = await SendAsync(request, name, cancellationToken).ConfigureAwait(false);
        try
        {
            if (response.StatusCode != HttpStatusCode.PartialContent)
            {
                throw Refusal(name, response, start);
            }

            ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
            if (range?.From != start || range.Length is not { } whole)
            {
                throw new PromptKDException(
                    $"{name}: the server sent another part ({range}) than was asked for (from {start}). Download the "
                    + "file, and give its path.");
            }

            Stream content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return new RemotePart(content, whole, VersionOf(response), response);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static Uri AddressOf(string address, string name) => Uri.TryCreate(address, UriKind.Absolute, out Uri? uri)
        ? uri
        : throw new PromptKDException($"{name}: no web address. Expected https://HOST/PATH.tar.");

    // A weak tag says that something alike comes, not the same bytes.
    private static string VersionOf(HttpResponseMessage response) =>
        response.Headers.ETag is { IsWeak: false } tag ? tag.Tag
        : response.Content.Headers.LastModified?.UtcTicks.ToString(CultureInfo.InvariantCulture) ?? "";

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (HttpRequestException error) when (error.InnerException is AuthenticationException refused)
        {
            throw new PromptKDException(
                $"{name}: no trusted connection: {refused.Message.TrimEnd('.')}. Is the address right, and the "
                + "server's certificate known here?",
                error);
        }
        catch (HttpRequestException error)
        {
            throw new IOException(error.InnerException?.Message ?? error.Message, error);
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException)
        {
            throw new PromptKDException($"{name}: no web address that can be read: {error.Message}", error);
        }
    }

    /// <summary>An <see cref="IOException"/> for what may pass, a final error for what will not.</summary>
    private static Exception Refusal(string name, HttpResponseMessage response, long start)
    {
        int code = (int)response.StatusCode;
        string answer = $"{code} {response.ReasonPhrase}".TrimEnd();
        return response.StatusCode switch
        {
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
                or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                new IOException($"the server answered {answer}"),
            HttpStatusCode.NotFound or HttpStatusCode.Gone =>
                new PromptKDException($"{name}: the server has no such file ({answer}). Is the address right?")
                {
                    Code = PromptKDError.MissingFile,
                },
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new PromptKDException(
                $"{name}: not permitted ({answer}). A signed address may have run out, or its '?' and what follows was "
                + "left off: give a new one, and run the same command again."),
            HttpStatusCode.PreconditionFailed => RemoteFiles.Changed(name),
            HttpStatusCode.OK => new PromptKDException(
                $"{name}: the server sends whole files only, no parts of them (HTTP ranges). Download it, and give its "
                + "path."),
            HttpStatusCode.RequestedRangeNotSatisfiable when start == 0 =>
                new PromptKDException($"{name}: the file is empty."),
            HttpStatusCode.RequestedRangeNotSatisfiable => RemoteFiles.Changed(name),
            _ => new PromptKDException($"{name}: the server answered {answer}. Is the address right?"),
        };
    }
}
