using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed partial class ServeCommandTests(DistilledRun run)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_until_it_is_told_to_stop_and_ends_with_0()
    {
        using Process server = CliProgram.Start(
            ["serve", "--model", $"food={run.Student}", "--listen", "http://127.0.0.1:0", "--batch", "3", "--delay", "1ms", "--log", "json"]);
        try
        {
            Uri address = await AddressOf(server);
            using var client = new HttpClient { BaseAddress = address };
            while (!(await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Stop)).IsSuccessStatusCode)
            {
                await Task.Delay(50, Stop);
            }

            using var form = new MultipartFormDataContent
            {
                { new ByteArrayContent(File.ReadAllBytes(Directory.EnumerateFiles(run.TestPictures, "*", SearchOption.AllDirectories).First())), "file", "a.png" },
            };
            using HttpResponseMessage answer = await client.PostAsync(
                new Uri("/v1/classify", UriKind.Relative), form, Stop);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));

            using Process kill = Process.Start("kill", $"{server.Id}");
            await server.WaitForExitAsync(Stop);
            Assert.Equal(0, server.ExitCode);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
    }

    [Theory]
    [InlineData("--model is 'food='", "--model", "food=")]
    [InlineData("--delay", "--model", "x", "--delay", "4")]
    [InlineData("--batch is 0", "--model", "x", "--batch", "0")]
    [InlineData("queue", "--model", "x", "--batch", "9", "--queue", "8")]
    [InlineData("--log is 'xml'", "--model", "x", "--log", "xml")]
    [InlineData("--threshold is 2", "--model", "x", "--threshold", "2")]
    [InlineData("is missing", "--model", "there-is-none", "--listen", "http://127.0.0.1:0")]
    [InlineData("--listen", "--model", "x", "--listen", "somewhere")]
    public void What_cannot_be_meant_is_refused(string said, params string[] arguments)
    {
        string mistake = CliProgram.Run(["serve", .. arguments]).Mistake();

        Assert.Contains(
            said.Replace("--model is 'food='", "'food='", StringComparison.Ordinal),
            mistake,
            StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<Uri> AddressOf(Process server)
    {
        while (await server.StandardError.ReadLineAsync(Stop) is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                // It was asked for JSON, an object a line.
                Assert.Equal("Information", JsonDocument.Parse(line).RootElement.GetProperty("LogLevel").GetString());

                // The rest is read, so that the server is never held up by a full pipe.
                _ = server.StandardError.ReadToEndAsync(Stop);
                return new Uri(match.Groups["address"].Value);
            }
        }

        throw new InvalidOperationException("The server ended before it listened.");
    }

    [GeneratedRegex(@"listening on: (?<address>http://[0-9.:]+)")]
    private static partial Regex Listening();
}
