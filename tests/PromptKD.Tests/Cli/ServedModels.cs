using System.Diagnostics;
using System.Text.RegularExpressions;

namespace PromptKD.Tests.Cli;

/// <summary>A started <c>serve</c>, on a port that was free, which ends with this.</summary>
internal sealed partial class ServedModels : IDisposable
{
    private readonly Process _server;

    private ServedModels(Process server, Uri address)
    {
        _server = server;
        Client = new HttpClient { BaseAddress = address };
    }

    public HttpClient Client { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts it, and waits until it is ready.</summary>
    public static async Task<ServedModels> Start(params IEnumerable<string> options)
    {
        Process server = CliProgram.Start(["serve", "--listen", "http://127.0.0.1:0", .. options]);
        var said = new List<string>();
        while (await server.StandardError.ReadLineAsync(Stop) is { } line)
        {
            said.Add(line);
            if (Listening().Match(line) is { Success: true } match)
            {
                // The rest is read, so that the server is never held up by a full pipe.
                _ = server.StandardError.ReadToEndAsync(Stop);
                var started = new ServedModels(server, new Uri(match.Groups["address"].Value));
                await started.BecomeReady();
                return started;
            }
        }

        throw new InvalidOperationException($"The server ended before it listened: {string.Join('\n', said)}");
    }

    /// <summary>What it answers on a picture.</summary>
    public async Task<string> Classify(string model, string picture)
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(await File.ReadAllBytesAsync(picture, Stop)), "file", Path.GetFileName(picture) },
        };
        using HttpResponseMessage answer = await Client.PostAsync(
            new Uri($"/v1/classify?model={model}", UriKind.Relative), form, Stop);
        string text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }

    public void Dispose()
    {
        Client.Dispose();
        _server.Kill(entireProcessTree: true);
        _server.Dispose();
    }

    [GeneratedRegex(@"listening on: (?<address>http://[0-9.:]+)")]
    private static partial Regex Listening();

    private async Task BecomeReady()
    {
        while (!(await Client.GetAsync(new Uri("/health/ready", UriKind.Relative), Stop)).IsSuccessStatusCode)
        {
            await Task.Delay(50, Stop);
        }
    }
}
