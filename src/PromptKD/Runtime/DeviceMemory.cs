using System.Diagnostics;
using System.Globalization;

namespace PromptKD.Runtime;

/// <summary>The memory that models compute in, at one moment.</summary>
/// <param name="Free">Bytes that may still be taken.</param>
/// <param name="Used">Bytes in use: on a processor by this process, on a GPU by all.</param>
internal sealed record DeviceMemory(long Free, long Used)
{
    private const string MemoryTable = "/proc/meminfo";
    private const string AvailableKey = "MemAvailable:";
    private const long Kibibyte = 1024;
    private const long Mebibyte = 1024 * Kibibyte;

    /// <summary>Reads it from the system, or from NVIDIA's nvidia-smi.</summary>
    /// <returns>Null where neither says.</returns>
    public static DeviceMemory? Read(Device device) =>
        device.type == DeviceType.CUDA
            ? ParseGpu(NvidiaSmi.Query("memory.free,memory.used", Math.Max(device.index, 0)))
            : ReadProcessor();

    /// <summary>
    /// The most that was in use so far, bytes: on a processor by this process since it began; of a GPU what is in use
    /// now, since libtorch keeps what it once took.
    /// </summary>
    /// <returns>Null where the system does not say.</returns>
    public static long? ReadPeak(Device device)
    {
        if (device.type == DeviceType.CUDA)
        {
            return Read(device)?.Used;
        }

        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 is > 0 and var bytes ? bytes : null;
    }

    /// <summary>What the first lines of /proc/meminfo say is available, bytes; null if they do not.</summary>
    internal static long? ParseAvailable(IEnumerable<string> lines)
    {
        string? line = lines.FirstOrDefault(one => one.StartsWith(AvailableKey, StringComparison.Ordinal));
        string[] parts = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return parts is [_, string number, "kB"] ? Kibibyte * ParseNumber(number) : null;
    }

    /// <summary>What nvidia-smi prints of one GPU, "free, used" in MiB; null if it is something else.</summary>
    internal static DeviceMemory? ParseGpu(string printed) =>
        printed.Split(',', StringSplitOptions.TrimEntries) is [string free, string used]
        && ParseNumber(free) is { } freeMebibytes && ParseNumber(used) is { } usedMebibytes
            ? new DeviceMemory(freeMebibytes * Mebibyte, usedMebibytes * Mebibyte)
            : null;

    private static DeviceMemory ReadProcessor()
    {
        // The limit of a container, where there is one; /proc/meminfo knows of the whole machine only.
        long used = Environment.WorkingSet;
        long free = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - used;
        long? available = File.Exists(MemoryTable) ? ParseAvailable(File.ReadLines(MemoryTable)) : null;
        return new DeviceMemory(Math.Max(0, Math.Min(free, available ?? free)), used);
    }

    private static long? ParseNumber(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
