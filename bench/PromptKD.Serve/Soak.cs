using System.Diagnostics;
using System.Net.Http.Headers;

namespace PromptKD.Serve;

/// <summary>
/// Good and bad requests for minutes: no growth of memory behind the first third, no error but the deserved ones.
/// </summary>
internal static class Soak
{
    private const int Clients = 4;
    private const double MostGrowth = 1.10;

    /// <summary>Runs it.</summary>
    /// <returns>0 where everything held.</returns>
    public static async Task<int> Run(Uri address, string picture, int seconds, int process)
    {
        byte[] file = await File.ReadAllBytesAsync(picture).ConfigureAwait(false);
        using var client = new HttpClient { BaseAddress = address };
        using Process server = Process.GetProcessById(process);
        long begun = Stopwatch.GetTimestamp();
        int good = 0, bad = 0, undeserved = 0;
        List<double> memory = [];
        Task[] clients = [.. Enumerable.Range(0, Clients).Select(seed => Task.Run(() => Client(seed)))];
        while (Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds)
        {
            await Task.Delay(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            server.Refresh();
            memory.Add(server.WorkingSet64 / (double)(1 << 20));
        }

        await Task.WhenAll(clients).ConfigureAwait(false);
        double early = Median(memory.Skip(memory.Count / 3).Take(memory.Count / 3));
        double late = Median(memory.Skip(memory.Count * 2 / 3));
        Console.WriteLine(
            $"{seconds} s: {good} answered, {bad} refused as they deserve, {undeserved} otherwise; memory of the middle third {early:0} MiB, "
            + $"of the last {late:0} MiB");
        return undeserved == 0 && late <= early * MostGrowth ? 0 : 1;

        async Task Client(int seed)
        {
            var malformed = new MalformedRequests(seed);
            for (int turn = 0; Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds; turn++)
            {
                if (turn % 3 == 0)
                {
                    string status = await Malformed.Ask(address, malformed.Next().Bytes).ConfigureAwait(false);
                    Interlocked.Increment(ref status.StartsWith('4') ? ref bad : ref undeserved);
                    continue;
                }

                using var content = new ByteArrayContent(file);
                content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
                using HttpResponseMessage answer =
                    await client.PostAsync(new Uri("/v1/classify", UriKind.Relative), content).ConfigureAwait(false);
                Interlocked.Increment(ref answer.IsSuccessStatusCode ? ref good : ref undeserved);
            }
        }
    }

    private static double Median(IEnumerable<double> values) =>
        values.Order().ToArray() is { Length: > 0 } sorted ? sorted[sorted.Length / 2] : 0;
}
