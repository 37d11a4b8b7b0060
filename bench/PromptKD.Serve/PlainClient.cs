using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PromptKD.Serve;

/// <summary>Sends one picture again and again along one connection, with nothing around it that costs time.</summary>
internal sealed class PlainClient : IDisposable
{
    private const string LengthName = "\r\nContent-Length: ";

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly byte[] _answer = new byte[1 << 16];

    /// <param name="address">Of the server.</param>
    /// <param name="file">The picture's.</param>
    public PlainClient(Uri address, byte[] file)
    {
        _socket.Connect(address.Host, address.Port);
        _request =
        [
            .. Encoding.ASCII.GetBytes(
                $"POST /v1/classify?top=1 HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/octet-stream"
                + $"{LengthName}{file.Length}\r\n\r\n"),
            .. file,
        ];
    }

    /// <summary>Sends it, and reads the answer.</summary>
    /// <returns>Whether it went well.</returns>
    public bool Ask()
    {
        for (int sent = 0; sent < _request.Length;)
        {
            sent += _socket.Send(_request.AsSpan(sent));
        }

        int read = 0;
        while (true)
        {
            int more = _socket.Receive(_answer.AsSpan(read));
            read += more;
            string text = Encoding.ASCII.GetString(_answer, 0, read);
            int body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            if (body > 4 && read - body >= LengthOf(text))
            {
                return text.StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
            }

            if (more == 0)
            {
                throw new IOException("The server ended the connection.");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static int LengthOf(string answer)
    {
        int start = answer.IndexOf(LengthName, StringComparison.OrdinalIgnoreCase) + LengthName.Length;
        if (start < LengthName.Length)
        {
            throw new IOException("The answer has no length.");
        }

        return int.Parse(answer.AsSpan(start, answer.IndexOf('\r', start) - start), CultureInfo.InvariantCulture);
    }
}
