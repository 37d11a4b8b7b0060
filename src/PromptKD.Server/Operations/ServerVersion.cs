using System.Reflection;

namespace PromptKD.Server.Operations;

/// <summary>The server's version, as it tells its callers.</summary>
internal static class ServerVersion
{
    /// <summary>That of the program; 0 where it has none.</summary>
    public static string Text { get; } = typeof(ServerVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
