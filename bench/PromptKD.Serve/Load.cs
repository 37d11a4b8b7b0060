using System.Diagnostics;
using System.Globalization;
using PromptKD.Inference;

namespace PromptKD.Serve;

/// <summary>
/// Clients that ask one picture after the other for some seconds: how many a second, and how long each took.
/// </summary>
internal static class Load
{
    /// <summary>Asks a server.</summary>
    public static async Task<int> OfServer(Uri address, string picture, Asking asking)
    {
        byte[] file = await File.ReadAllBytesAsync(picture).ConfigureAwait(false);
        return Measure(asking, () =>
        {
            var client = new PlainClient(address, file);
            return (client.Ask, client);
        });
    }

    /// <summary>Asks a classifier of the library: behind a lock, shared as it is, or gathered.</summary>
    public static async Task<int> OfLibrary(string model, string picture, Asking asking, string way)
    {
        byte[] file = await File.ReadAllBytesAsync(picture).ConfigureAwait(false);
        using IPictureClassifier classifier = Open(model, gathered: way == "gathered");
        var gate = new Lock();
        return Measure(asking, () => (way == "lock" ? Locked : Free, null));

        bool Free() => classifier.Classify(PictureInput.FromBytes(file)).Count == 1;

        bool Locked()
        {
            lock (gate)
            {
                return Free();
            }
        }
    }

    /// <summary>A classifier as the server opens it.</summary>
    public static IPictureClassifier Open(string model, bool gathered)
    {
        TimeSpan gather = gathered ? TimeSpan.FromMilliseconds(4) : TimeSpan.Zero;
        return model.EndsWith(".onnx", StringComparison.Ordinal)
            ? OnnxStudentClassifier.Load(model, new OnnxOptions { GatherFor = gather, BatchSize = 8 })
            : StudentClassifier.Load(model, new TorchOptions { GatherFor = gather, BatchSize = 8, Threads = 0 });
    }

    private static int Measure(Asking asking, Func<(Func<bool> Ask, IDisposable? Owned)> start)
    {
        (int clients, int seconds, int warm) = asking;
        long begun = Stopwatch.GetTimestamp();
        TimeSpan end = TimeSpan.FromSeconds(warm + seconds);
        int failed = 0;
        var took = new List<double>[clients];

        // A thread each, which waits for its answer as the kernel has it: on a machine that the server shares, the
        // clients shall cost as little as they can.
        Thread[] threads = [.. Enumerable.Range(0, clients).Select(place => new Thread(() => took[place] = Client()))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        double[] all = [.. took.SelectMany(one => one).Order()];
        if (all.Length == 0)
        {
            Console.Error.WriteLine("No request was answered.");
            return 1;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{clients,3} clients  {all.Length / (double)seconds,8:0.0} a second  p50 {At(0.5),7:0.0} ms  "
            + $"p95 {At(0.95),7:0.0} ms  p99 {At(0.99),7:0.0} ms  failed {failed}"));
        return 0;

        double At(double share) => all[(int)Math.Min(all.Length - 1, share * all.Length)];

        List<double> Client()
        {
            List<double> times = [];
            (Func<bool> ask, IDisposable? owned) = start();
            using (owned)
            {
                while (Stopwatch.GetElapsedTime(begun) < end)
                {
                    long asked = Stopwatch.GetTimestamp();
                    if (!ask())
                    {
                        Interlocked.Increment(ref failed);
                    }
                    else if (Stopwatch.GetElapsedTime(begun).TotalSeconds > warm
                        && Stopwatch.GetElapsedTime(begun) < end)
                    {
                        times.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                    }
                }
            }

            return times;
        }
    }
}
