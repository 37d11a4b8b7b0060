// How many pictures a second a host answers for eight clients: dotnet run -c Release bench/HostRequests.cs -- STUDENT
// PICTURE...
#:project ../src/PromptKD/PromptKD.csproj
#:package libtorch-cpu-linux-x64
#:property RuntimeIdentifier=linux-x64
#:property PublishAot=false
using System.Diagnostics;
using PromptKD.Inference;

const int Clients = 8;
const int Rounds = 5;
var second = TimeSpan.FromSeconds(2);
byte[][] pictures = [.. args[1..].Select(File.ReadAllBytes)];
var options = new TorchOptions { Threads = 1 };
using var single = StudentClassifier.Load(args[0], options);
using var gathering =
    StudentClassifier.Load(args[0], options with { GatherFor = TimeSpan.FromMilliseconds(2), BatchSize = Clients });
var gate = new SemaphoreSlim(1);
(string Name, Func<PictureInput, Task> Ask)[] ways =
[
    ("a lock", async picture =>
    {
        await gate.WaitAsync();
        try
        {
            await single.ClassifyAsync(picture);
        }
        finally
        {
            gate.Release();
        }
    }),
    ("shared", picture => single.ClassifyAsync(picture)),
    ("gathered", picture => gathering.ClassifyAsync(picture)),
];

// The ways take turns, so that what else the machine does falls on all of them alike; the first round warms up.
var rates = ways.ToDictionary(way => way.Name, _ => new List<double>());
for (int round = 0; round <= Rounds; round++)
{
    foreach ((string name, Func<PictureInput, Task> ask) in ways)
    {
        long answered = 0;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            for (int call = client; Stopwatch.GetElapsedTime(start) < second; call++)
            {
                await ask(PictureInput.FromBytes(pictures[call % pictures.Length]));
                Interlocked.Increment(ref answered);
            }
        })));
        if (round > 0)
        {
            rates[name].Add(answered / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }
}

foreach ((string name, List<double> all) in rates)
{
    Console.WriteLine($"{name,-9} {all.Order().ElementAt(Rounds / 2),6:0} pictures/s, median of {Rounds} ({all.Min():0}-{all.Max():0})");
}

Console.WriteLine($"memory    {Process.GetCurrentProcess().PeakWorkingSet64 >> 20,6} MiB at most, {GC.CollectionCount(2)} collections of all generations");
