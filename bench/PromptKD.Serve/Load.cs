using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using PromptKD.Inference;

namespace PromptKD.Serve;

/// <summary>Clients that ask one picture after the other for some seconds: how many a second, and how long each took.</summary>
internal static class Load
{
    private static readonly TimeSpan s_warm = TimeSpan.FromSeconds(1);

    /// <summary>Asks a server.</summary>
    public static async Task<int> OfServer(Uri address, string picture, int clients, int seconds)
    {
        byte[] file = await File.ReadAllBytesAsync(picture).ConfigureAwait(false);
        var target = new Uri(address, "/v1/classify?top=1");
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = clients });
        return await Measure(clients, seconds, async () =>
        {
            using var content = new ByteArrayContent(file);
            content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
            using HttpResponseMessage answer = await client.PostAsync(target, content).ConfigureAwait(false);
            await answer.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }).ConfigureAwait(false);
    }

    /// <summary>Asks a classifier of the library: behind a lock, shared as it is, or gathered.</summary>
    public static async Task<int> OfLibrary(string model, string picture, int clients, int seconds, string way)
    {
        byte[] file = await File.ReadAllBytesAsync(picture).ConfigureAwait(false);
        TimeSpan gather = way == "gathered" ? TimeSpan.FromMilliseconds(4) : TimeSpan.Zero;
        using IPictureClassifier classifier = model.EndsWith(".onnx", StringComparison.Ordinal)
            ? OnnxStudentClassifier.Load(model, new OnnxOptions { GatherFor = gather, BatchSize = 8 })
            : StudentClassifier.Load(model, new TorchOptions { GatherFor = gather, BatchSize = 8, Threads = 0 });
        var gate = new Lock();
        return await Measure(clients, seconds, () => way == "lock"
            ? Task.Run(() =>
            {
                lock (gate)
                {
                    return classifier.Classify(PictureInput.FromBytes(file)).Count == 1;
                }
            })
            : Task.Run(async () => (await classifier.ClassifyAsync(PictureInput.FromBytes(file)).ConfigureAwait(false)).Count == 1))
            .ConfigureAwait(false);
    }

    private static async Task<int> Measure(int clients, int seconds, Func<Task<bool>> ask)
    {
        long begun = Stopwatch.GetTimestamp();
        TimeSpan end = s_warm + TimeSpan.FromSeconds(seconds);
        int failed = 0;
        List<double>[] took = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(Client))).ConfigureAwait(false);
        double[] all = [.. took.SelectMany(one => one).Order()];
        if (all.Length == 0)
        {
            await Console.Error.WriteLineAsync("No request was answered.").ConfigureAwait(false);
            return 1;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{clients,3} clients  {all.Length / (double)seconds,8:0.0} a second  p50 {At(0.5),7:0.0} ms  p95 {At(0.95),7:0.0} ms  "
            + $"p99 {At(0.99),7:0.0} ms  failed {failed}"));
        return 0;

        double At(double share) => all[(int)Math.Min(all.Length - 1, share * all.Length)];

        async Task<List<double>> Client()
        {
            List<double> times = [];
            while (Stopwatch.GetElapsedTime(begun) < end)
            {
                long asked = Stopwatch.GetTimestamp();
                bool isRight = await ask().ConfigureAwait(false);
                if (!isRight)
                {
                    Interlocked.Increment(ref failed);
                }
                else if (Stopwatch.GetElapsedTime(begun) > s_warm && Stopwatch.GetElapsedTime(begun) < end)
                {
                    times.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                }
            }

            return times;
        }
    }
}
