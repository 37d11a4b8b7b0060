using System.Globalization;

namespace PromptKD.Speed;

/// <summary>The memory that this process holds, and the most that it has held.</summary>
internal static class PeakMemory
{
    private const double KibibytesPerGibibyte = 1024 * 1024;

    /// <summary>The kernel's high-water mark of what was resident, GiB.</summary>
    public static double Gibibytes() => Read("VmHWM:");

    /// <summary>What is resident now, GiB.</summary>
    public static double ResidentGibibytes() => Read("VmRSS:");

    private static double Read(string key)
    {
        string line = File.ReadLines("/proc/self/status")
            .First(one => one.StartsWith(key, StringComparison.Ordinal));
        string kibibytes = line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return double.Parse(kibibytes, CultureInfo.InvariantCulture) / KibibytesPerGibibyte;
    }
}
