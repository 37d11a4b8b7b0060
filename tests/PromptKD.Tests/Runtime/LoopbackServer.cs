using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PromptKD.Tests.Runtime;

/// <summary>
/// A web server on this machine that gives one prepared answer a connection and then hangs up, so that a test can
/// cut an answer where it likes. Questions beyond the last answer get that one again.
/// </summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[][] _answers;
    private readonly ConcurrentQueue<string> _requests = new();

    public LoopbackServer(params byte[][] answers)
    {
        _answers = answers;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/file.bin");
        _ = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>The head of each request so far.</summary>
    public string[] Requests => [.. _requests];

    /// <summary>An answer with a status line, header lines and a body.</summary>
    public static byte[] Answer(string status, byte[] body, params string[] headers) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nConnection: close\r\n{string.Concat(headers.Select(line => line + "\r\n"))}\r\n"),
        .. body,
    ];

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            for (int index = 0; ; index++)
            {
                using TcpClient connection = await _listener.AcceptTcpClientAsync();
                NetworkStream stream = connection.GetStream();
                _requests.Enqueue(await ReadHeadAsync(stream));
                await stream.WriteAsync(_answers[Math.Min(index, _answers.Length - 1)]);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) > 0)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
