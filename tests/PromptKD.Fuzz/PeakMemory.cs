using System.Globalization;

namespace PromptKD.Fuzz;

/// <summary>
/// How much the process's memory grows at most while something runs, libtorch's tensors included. Linux only: elsewhere
/// what .NET has allocated stands in for it.
/// </summary>
internal readonly struct PeakMemory
{
    private const string Reset = "/proc/self/clear_refs";
    private const string Status = "/proc/self/status";
    private static readonly byte[] s_resetPeak = "5"u8.ToArray();
    private static readonly bool s_isMeasured = File.Exists(Reset);

    private readonly long _start;

    private PeakMemory(long start) => _start = start;

    /// <summary>Starts to measure.</summary>
    public static PeakMemory Begin()
    {
        if (!s_isMeasured)
        {
            return new PeakMemory(GC.GetAllocatedBytesForCurrentThread());
        }

        File.WriteAllBytes(Reset, s_resetPeak);
        return new PeakMemory(Read("VmRSS:"));
    }

    /// <summary>Bytes that came in addition since then, at the worst moment.</summary>
    public long Grown() => (s_isMeasured ? Read("VmHWM:") : GC.GetAllocatedBytesForCurrentThread()) - _start;

    private static long Read(string key)
    {
        foreach (string line in File.ReadLines(Status))
        {
            if (line.StartsWith(key, StringComparison.Ordinal))
            {
                return 1024 * long.Parse(line[key.Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }
}
