using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PromptKD.Serve;

/// <summary>Sends malformed requests: each gets a 4xx within a second, and the server lives.</summary>
internal static class Malformed
{
    private const int CheckEach = 500;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>Sends them, and says what was answered otherwise.</summary>
    /// <returns>0 where everything held.</returns>
    public static async Task<int> Send(Uri address, int count, int seed)
    {
        var requests = new MalformedRequests(seed);
        var answers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int wrong = 0, slow = 0;
        using var client = new HttpClient { BaseAddress = address };
        for (int sent = 0; sent < count; sent++)
        {
            (string kind, byte[] bytes) = requests.Next();
            long begun = Stopwatch.GetTimestamp();
            string status = await Ask(address, bytes).ConfigureAwait(false);
            slow += Stopwatch.GetElapsedTime(begun) > s_patience ? 1 : 0;
            bool isDeserved = status.Length == 3 && status[0] == '4';
            wrong += isDeserved ? 0 : 1;
            string row = $"{kind}: {status}";
            answers[row] = answers.GetValueOrDefault(row) + 1;
            if (sent % CheckEach == 0)
            {
                (await client.GetAsync(new Uri("/health/ready", UriKind.Relative)).ConfigureAwait(false))
                    .EnsureSuccessStatusCode();
            }
        }

        foreach ((string row, int times) in answers)
        {
            Console.WriteLine($"{times.ToString(CultureInfo.InvariantCulture),6}  {row}");
        }

        Console.WriteLine(
            $"seed {seed}: {count - wrong} got a 4xx, {wrong} something else, {slow} waited more than a second");
        return wrong + slow == 0 ? 0 : 1;
    }

    /// <summary>The status of the answer; what happened, where there was none.</summary>
    public static async Task<string> Ask(Uri address, byte[] request)
    {
        try
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(address.Host, address.Port).ConfigureAwait(false);
            await using NetworkStream stream = client.GetStream();
            Task sending = Send(stream, request);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            string? line = await reader.ReadLineAsync(patience.Token).ConfigureAwait(false);
            await sending.ConfigureAwait(false);
            return line is { Length: >= 12 } ? line[9..12] : "no answer";
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            return error.GetType().Name;
        }
    }

    // The server may answer, and close, before it has read everything.
    private static async Task Send(NetworkStream stream, byte[] request)
    {
        try
        {
            await stream.WriteAsync(request).ConfigureAwait(false);
        }
        catch (IOException)
        {
            await Task.CompletedTask.ConfigureAwait(false);
        }
    }
}
