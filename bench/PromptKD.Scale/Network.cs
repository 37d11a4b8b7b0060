using System.Globalization;

namespace PromptKD.Scale;

/// <summary>
/// What lies between machines. The switch is never full: a message waits for its sender's and receiver's links alone.
/// </summary>
/// <param name="Name">As the tables call it.</param>
/// <param name="Latency">
/// From a process that sends nothing but a word to the one that gets it, seconds, what both do for it included.
/// </param>
/// <param name="Bandwidth">Of a machine's link, each way, bytes a second.</param>
internal sealed record Network(string Name, double Latency, double Bandwidth)
{
    private const double TcpLatency = 60e-6;

    /// <summary>A network of so many bits a second, by TCP.</summary>
    public static Network OfGigabits(double gigabits) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{gigabits:0.##} Gbit/s"), TcpLatency, gigabits * 1e9 / 8);
}
