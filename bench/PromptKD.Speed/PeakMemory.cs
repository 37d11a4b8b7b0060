using System.Globalization;

namespace PromptKD.Speed;

/// <summary>The most memory that this process has held.</summary>
internal static class PeakMemory
{
    private const string Key = "VmHWM:";
    private const double KibibytesPerGibibyte = 1024 * 1024;

    /// <summary>The kernel's high-water mark of what was resident, GiB.</summary>
    public static double Gibibytes()
    {
        string line = File.ReadLines("/proc/self/status")
            .First(one => one.StartsWith(Key, StringComparison.Ordinal));
        string kibibytes = line[Key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return double.Parse(kibibytes, CultureInfo.InvariantCulture) / KibibytesPerGibibyte;
    }
}
