using System.Globalization;

namespace PromptKD.Runtime;

/// <summary>Times in words.</summary>
internal static class TimeText
{
    /// <summary>A time in the units that matter: "3 h 20 min", "4 min 05 s", "12.0 s".</summary>
    public static string Words(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours} h {time.Minutes:00} min")
        : time.TotalMinutes >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:00} s")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
}
