using System.Net;
using System.Net.Sockets;

namespace PromptKD.Server.Requests;

/// <summary>
/// Fetches pictures from hosts that are named, and from no others: never from private addresses, and not along
/// redirects. The address that was checked is the one that is connected to, so that a name cannot mean another in
/// between.
/// </summary>
internal sealed class PictureFetcher : IDisposable
{
    private readonly PromptKDServerOptions _options;
    private readonly HttpClient _client;

    /// <param name="options">Name the hosts.</param>
    public PictureFetcher(PromptKDServerOptions options)
    {
        _options = options;
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = Connect,
        });
    }

    /// <summary>Which addresses are connected to.</summary>
    public Func<IPAddress, bool> IsAllowed { get; init; } = PublicAddresses.Contain;

    /// <summary>Fetches a picture.</summary>
    /// <exception cref="Refusal">The host is not named, or does not give it.</exception>
    public async Task<ReadOnlyMemory<byte>> Fetch(string address, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
        {
            throw Refusal.Bad("The picture's address is none of http or https.");
        }

        if (!_options.AllowFetch.Contains(uri.IdnHost, StringComparer.OrdinalIgnoreCase) || uri.UserInfo.Length > 0)
        {
            throw new Refusal(
                403, "fetch-refused", "Pictures are not fetched from this host. Send the picture itself.");
        }

        try
        {
            using HttpResponseMessage answer = await _client.GetAsync(
                uri, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                throw Refusal.Bad($"The picture's host answers with status {(int)answer.StatusCode}.");
            }

            await using Stream stream = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            return await Bodies.Read(stream, _options.MaxBodyBytes, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException error)
        {
            throw Refusal.Bad("The picture's host cannot be reached, or not at an address that is public.", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        IPAddress[] addresses =
            await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation).ConfigureAwait(false);
        if (addresses.Length == 0 || !addresses.All(IsAllowed))
        {
            throw new HttpRequestException("The host has an address that is not public.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
