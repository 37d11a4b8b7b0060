using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using PromptKD.Server;
using PromptKD.Server.Requests;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Server;

/// <summary>What who runs a server sees of it and allows.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class OperationsTests(ServedPackage served) : IClassFixture<ServedPackage>
{
    private const string Key = "a key of more than 16 letters";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prometheus_gets_requests_stages_batches_and_predictions()
    {
        await served.Server.PostPicture("/v1/classify?model=other@7", ServedPackage.Picture(1)).Json();
        await served.Server.PostPicture("/v1/classify", [1]).IsRefused(HttpStatusCode.BadRequest, "bad-picture");

        using HttpResponseMessage answer = await served.Server.Get("/metrics");
        string text = await answer.Content.ReadAsStringAsync(Stop);

        Assert.Contains("promptkd_request_duration_seconds_count", text, StringComparison.Ordinal);
        Assert.Matches(
            "promptkd_request_duration_seconds_count\\{[^}]*route=\"/v1/classify\"[^}]*status=\"400\"", text);
        foreach (string stage in (string[])["decode", "queue", "compute"])
        {
            Assert.Matches(
                $"promptkd_stage_duration_seconds_count\\{{[^}}]*model=\"other\"[^}}]*stage=\"{stage}\"[^}}]*\\}} 1\\s",
                text);
        }

        Assert.Matches(
            "promptkd_batch_size_(picture_)?sum\\{[^}]*model=\"other\"[^}]*version=\"7\"[^}]*\\} 1\\s", text);
        Assert.Matches("promptkd_predictions_(picture_)?total\\{[^}]*class=\"[a-z ]+\"[^}]*model=\"other\"", text);
        Assert.Matches("promptkd_queue_taken\\S*\\{[^}]*model=\"tiny\"[^}]*\\} 0\\s", text);
        Assert.Contains("dotnet_", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_OpenAPI_document_names_every_address_and_its_page_needs_nothing_from_elsewhere()
    {
        JsonElement document = await served.Server.Get("/openapi/v1.json").Json();
        using HttpResponseMessage page = await served.Server.Get("/scalar/");
        string html = await page.Content.ReadAsStringAsync(Stop);

        string[] paths = [.. document.GetProperty("paths").EnumerateObject().Select(path => path.Name)];
        Assert.Superset(
            new HashSet<string> { "/v1/classify", "/v1/embed", "/v1/embeddings", "/v1/models", "/v2/models/{name}/infer", "/health/ready" },
            paths.ToHashSet());
        JsonElement classify = document.GetProperty("paths").GetProperty("/v1/classify").GetProperty("post");
        Assert.True(classify.TryGetProperty("requestBody", out _));
        Assert.Equal("The classes of pictures", classify.GetProperty("summary").GetString());
        Assert.Equal("Pictures", classify.GetProperty("tags")[0].GetString());
        Assert.Equal("PromptKD", document.GetProperty("info").GetProperty("title").GetString());
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", html);
        Assert.Contains("scalar", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_keys_only_who_sends_one_is_answered_and_health_is_everybodys()
    {
        string keys = Path.Combine(served.Folder, "keys");
        File.WriteAllText(keys, $"another key that is long enough\n\n{Key}\n");
        await using LocalServer server = await Start(options => options.ApiKeyFile = keys);

        await server.PostPicture("/v1/classify", ServedPackage.Picture(1)).IsRefused(
            HttpStatusCode.Unauthorized, "unauthorized");
        await server.Get("/metrics").IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        await server.Get("/v2/models/tiny").IsRefused(HttpStatusCode.Unauthorized, "unauthorized");
        await server.Get("/health/ready").Json();
        foreach ((string name, string value) in new[] { ("X-API-Key", Key), ("Authorization", $"Bearer {Key}"), ("Prediction-Key", Key) })
        {
            Assert.Equal(HttpStatusCode.OK, await Status(server, name, value));
            Assert.Equal(HttpStatusCode.Unauthorized, await Status(server, name, value[..^1]));
        }

        File.WriteAllText(keys, "short");
        Assert.Contains(
            "guessed",
            (await Assert.ThrowsAsync<PromptKDException>(() => Start(options => options.ApiKeyFile = keys))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_origins_read_answers_only_where_they_are_named()
    {
        await using LocalServer server = await Start(options => options.AllowOrigins.Add("https://example.org"));

        Assert.True(await Reads(server, "https://example.org"));
        Assert.False(await Reads(server, "https://example.com"));
        Assert.False(await Reads(served.Server, "https://example.org"));

        static async Task<bool> Reads(LocalServer server, string origin)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.Add("Origin", origin);
            using HttpResponseMessage answer = await server.Client.SendAsync(request, Stop);
            return answer.Headers.Contains("Access-Control-Allow-Origin");
        }
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1", true)]
    public void Private_addresses_are_told_from_public_ones(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddresses.Contain(IPAddress.Parse(address)));

    [Fact]
    public async Task A_named_host_is_fetched_from_only_at_a_public_address_and_without_redirects()
    {
        var options = new PromptKDServerOptions();
        options.AllowFetch.Add("localhost");
        Uri served1 = served.Server.Address;
        using var guarded = new PictureFetcher(options);
        using var open = new PictureFetcher(options) { IsAllowed = _ => true };

        Assert.Contains(
            "public",
            (await Assert.ThrowsAsync<Refusal>(() => guarded.Fetch($"http://localhost:{served1.Port}/", Stop))).Message,
            StringComparison.Ordinal);
        Assert.Equal(
            403,
            (await Assert.ThrowsAsync<Refusal>(() => open.Fetch($"http://127.0.0.1:{served1.Port}/", Stop))).Status);
        Assert.Contains("404", (await Assert.ThrowsAsync<Refusal>(() => open.Fetch($"http://localhost:{served1.Port}/none", Stop))).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "<!doctype html>",
            System.Text.Encoding.UTF8.GetString((await open.Fetch($"http://localhost:{served1.Port}/", Stop)).Span),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_option_is_read_from_a_configuration()
    {
        var options = new PromptKDServerOptions();
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Models:0"] = "a=b",
            ["Delay"] = "00:00:00.009",
            ["AllowFetch:0"] = "example.org",
            ["Precision"] = "Bf16",
            ["MaxPixels"] = "5",
        }).Build().Bind(options);

        Assert.Equal(("a=b", 9, "example.org", PromptKD.Runtime.ComputePrecision.Bf16, 5), (options.Models[0], options.Delay.Milliseconds, options.AllowFetch[0], options.Precision, options.MaxPixels));
    }

    private static async Task<HttpStatusCode> Status(LocalServer server, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add(header, value);
        using HttpResponseMessage answer = await server.Client.SendAsync(request, Stop);
        return answer.StatusCode;
    }

    private Task<LocalServer> Start(Action<PromptKDServerOptions> configure) => LocalServer.Start(options =>
    {
        options.Models.Add(served.Package);
        configure(options);
    });
}
