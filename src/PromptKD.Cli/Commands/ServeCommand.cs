using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using PromptKD.Server;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd serve</c>: students over HTTP.</summary>
internal static class ServeCommand
{
    private const string JsonLog = "json";

    private static readonly Option<string> s_listen = new("--listen")
    {
        Description = $"Address; nobody else reaches the usual one [default: {PromptKDServerHost.UsualAddress}]",
        HelpName = "URL",
    };

    private static readonly Option<string> s_log = new("--log")
    {
        Description = "How the log is written, to standard error: text or json [default: text]",
        HelpName = OptionValues.AName,
    };

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var command = new Command("serve", "Answer over HTTP with students, packages or ONNX files.")
        {
            s_listen, s_log,
        };
        foreach (Option option in ServeOptions.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellation) =>
        {
            WebApplication app = PromptKDServerHost.Create(
                options => ServeOptions.Apply(parsed, options), builder => Build(parsed, builder));
            await PromptKDServerHost.RunAsync(app, cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static string Checked(string addresses) => addresses.Split(';').All(IsAddress)
        ? addresses
        : throw new PromptKDException(
            $"{s_listen.Name} is '{addresses}', expected an address such as {PromptKDServerHost.UsualAddress}, or "
            + "several with ';' between them.");

    // Kestrel takes a star or a plus for all addresses of the machine.
    private static bool IsAddress(string text)
    {
        string named = text.Replace("://*", "://any", StringComparison.Ordinal)
            .Replace("://+", "://any", StringComparison.Ordinal);
        return text.StartsWith("http://unix:/", StringComparison.Ordinal)
            || (Uri.TryCreate(named, UriKind.Absolute, out Uri? address)
                && address is { Scheme: "http" or "https", PathAndQuery: "/" });
    }

    private static void Build(ParseResult parsed, WebApplicationBuilder builder)
    {
        if (parsed.GetValue(s_listen) is { } address)
        {
            builder.WebHost.UseUrls(Checked(address));
        }

        // Standard output is for results, of which a server has none.
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (parsed.GetValue(s_log)?.ToLowerInvariant() == JsonLog)
        {
            builder.Logging.AddJsonConsole();
        }
        else
        {
            builder.Logging.AddSimpleConsole(text => text.SingleLine = true);
        }
    }
}
