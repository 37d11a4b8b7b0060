using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using PromptKD.Decoders;

namespace PromptKD.Server.Hosting;

/// <summary>
/// <c>dotnet run</c>: serves what the configuration names, from <c>appsettings.json</c>, the environment
/// (<c>PromptKD__Models__0</c>) or the command line (<c>--model student/</c>).
/// </summary>
internal static class ServerProgram
{
    private const int UserMistake = 2;

    private static readonly Dictionary<string, string> s_short = new()
    {
        ["--model"] = $"{PromptKDServerOptions.Section}:Models:0",
        ["--batch"] = $"{PromptKDServerOptions.Section}:Batch",
    };

    /// <summary>Runs until it is told to stop.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        try
        {
            ExtraDecoders.Register();
            WebApplication app = PromptKDServerHost.Create(build: builder =>
            {
                builder.Configuration.AddCommandLine(arguments, s_short);
            });
            await PromptKDServerHost.RunAsync(app).ConfigureAwait(false);
            return 0;
        }
        catch (Exception error) when (error is PromptKDException or IOException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync(
                $"PromptKD.Server: {Runtime.Printable.Line(error.Message)}").ConfigureAwait(false);
            return UserMistake;
        }
    }
}
