using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PromptKD.Server;
using PromptKD.Server.Models;
using PromptKD.Server.Requests;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Tests.Runtime;

namespace PromptKD.Tests.Server;

/// <summary>
/// Encrypted connections, clients that leave, the end amid a request, and who metrics and pictures go to.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ConnectionTests(ServedPackage served) : IClassFixture<ServedPackage>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TLS_is_Kestrels_by_its_settings()
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 own = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string file = Path.Combine(served.Folder, "server.pfx");
        File.WriteAllBytes(file, own.Export(X509ContentType.Pkcs12, "secret"));
        await using LocalServer server = await Start(build: builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Kestrel:Certificates:Default:Path"] = file,
                ["Kestrel:Certificates:Default:Password"] = "secret",
            });
            builder.WebHost.UseUrls("https://127.0.0.1:0");
        });
        string? seen = null;
        using var trusting = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => (seen = shown?.GetCertHashString()) is not null,
            },
        });

        using HttpResponseMessage answer = await trusting.GetAsync(new Uri(server.Address, "/health/ready"), Stop);

        Assert.Equal("https", server.Address.Scheme);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(own.GetCertHashString(), seen);
    }

    [Fact]
    public async Task A_client_that_leaves_amid_its_request_frees_its_place()
    {
        await using LocalServer server = await Start(options => options.MaxRequests = 1);
        TcpClient client = await Begin();
        while (await Status(server) != HttpStatusCode.ServiceUnavailable)
        {
            await Task.Delay(10, Stop);
            if (client.Available > 0)
            {
                // It came while the other request was worked on, and was refused itself.
                client.Dispose();
                client = await Begin();
            }
        }

        client.Dispose();
        while (await Status(server) != HttpStatusCode.OK)
        {
            await Task.Delay(10, Stop);
        }

        // As a body that is cut, or as a client that is gone, whichever is seen first.
        using HttpResponseMessage metrics = await server.Get("/metrics");
        string text = await metrics.Content.ReadAsStringAsync(Stop);
        Assert.Matches("promptkd_request_duration_seconds_count\\{[^}]*route=\"/v1/classify\"[^}]*status=\"(400|499)\"[^}]*\\} 1\\s", text);

        async Task<TcpClient> Begin()
        {
            var begun = new TcpClient(server.Address.Host, server.Address.Port);
            await begun.GetStream().WriteAsync(
                "POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: 900\r\n\r\n123"u8.ToArray(), Stop);
            return begun;
        }
    }

    [Fact]
    public async Task A_request_that_is_under_way_at_the_end_is_answered()
    {
        await using LocalServer server = await Start();
        byte[] picture = ServedPackage.Picture(1);
        using var client = new TcpClient(server.Address.Host, server.Address.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: {picture.Length}\r\n\r\n"), Stop);
        await stream.WriteAsync(picture.AsMemory(0, 20), Stop);
        await Task.Delay(100, Stop);

        Task ending = server.End();
        while (server.Services.GetRequiredService<ModelRegistry>().IsReady)
        {
            await Task.Delay(10, Stop);
        }

        Assert.False(ending.IsCompleted);
        await stream.WriteAsync(picture.AsMemory(20), Stop);
        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync(Stop));
        await ending.WaitAsync(TimeSpan.FromSeconds(20), Stop);
    }

    [Fact]
    public async Task Metrics_go_to_who_collects_them_by_OTLP()
    {
        var received = new ConcurrentQueue<string>();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        await using WebApplication collector = builder.Build();
        collector.MapPost("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, Stop);
            received.Enqueue(Encoding.Latin1.GetString(body.ToArray()));
            context.Response.ContentType = "application/grpc";
            context.Response.AppendTrailer("grpc-status", "0");
            await context.Response.Body.WriteAsync(new byte[5], Stop);
        });
        await collector.StartAsync(Stop);

        await using (LocalServer server = await Start(options => options.Otlp = new Uri(collector.Urls.First())))
        {
            await server.PostPicture("/v1/classify", ServedPackage.Picture(1)).Json();
        }

        string all = string.Concat(received);
        foreach (string name in (string[])["promptkd.request.duration", "promptkd.stage.duration", "promptkd.predictions", "/v1/classify"])
        {
            Assert.Contains(name, all, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("https://localhost/a.png")]
    public async Task A_named_host_that_sends_elsewhere_is_not_followed(string elsewhere)
    {
        var options = new PromptKDServerOptions();
        options.AllowFetch.Add("127.0.0.1");
        using var host = new LoopbackServer(LoopbackServer.Answer("302 Found", [], $"Location: {elsewhere}"));
        using var fetcher = new PictureFetcher(options) { IsAllowed = _ => true };

        Refusal refusal = await Assert.ThrowsAsync<Refusal>(() => fetcher.Fetch(host.Address.ToString(), Stop));

        Assert.Contains("302", refusal.Message, StringComparison.Ordinal);
        Assert.Single(host.Requests);
    }

    [Fact]
    public async Task Every_answer_has_the_headers_that_keep_a_browser_in_check()
    {
        foreach (string address in (string[])["/", "/v1/models", "/health/ready", "/v1/models/none", "/nowhere", "/metrics", "/openapi/v1.json"])
        {
            using HttpResponseMessage answer = await served.Server.Get(address);
            Assert.True(
                answer.Headers.TryGetValues("X-Content-Type-Options", out IEnumerable<string>? values) && values.Single() == "nosniff",
                $"{address} has no nosniff");
            Assert.False(answer.Headers.Contains("Server"), $"{address} names its server");
        }

        using HttpResponseMessage page = await served.Server.Get("/");
        Assert.Contains(
            "default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> Status(LocalServer server)
    {
        using HttpResponseMessage answer = await server.PostPicture("/v1/classify", ServedPackage.Picture(1));
        return answer.StatusCode;
    }

    private Task<LocalServer> Start(
        Action<PromptKDServerOptions>? configure = null, Action<WebApplicationBuilder>? build = null) => LocalServer.Start(
        options =>
        {
            options.Models.Add(served.Package);
            configure?.Invoke(options);
        },
        build);
}
