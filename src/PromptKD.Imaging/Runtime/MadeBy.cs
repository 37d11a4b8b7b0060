using System.Globalization;
using System.Reflection;

namespace PromptKD.Runtime;

/// <summary>What a file says of the program that wrote it, and of the day.</summary>
internal static class MadeBy
{
    // Of reproducible-builds.org: whoever needs the same bytes on another day says which day it is.
    private const string FixedDate = "SOURCE_DATE_EPOCH";

    /// <summary>The program, with its version.</summary>
    public static string Program { get; } = $"PromptKD for .NET {Version()}".TrimEnd();

    /// <summary>Today, UTC; the day of SOURCE_DATE_EPOCH (seconds since 1970) where that is set to one.</summary>
    public static DateOnly Today => DateOnly.FromDateTime(
        long.TryParse(
            Environment.GetEnvironmentVariable(FixedDate),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out long seconds)
        && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime
            : DateTime.UtcNow);

    private static string Version() => typeof(MadeBy).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}
