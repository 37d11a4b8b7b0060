using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PromptKD.Server;
using PromptKD.Server.Models;

namespace PromptKD.Tests.Server;

/// <summary>A server on a free port of this machine, with real connections.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LocalServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts one, and waits until it is ready.</summary>
    public static async Task<LocalServer> Start(
        Action<PromptKDServerOptions> configure, Action<WebApplicationBuilder>? build = null)
    {
        LocalServer server = await Begin(configure, build);
        ModelRegistry registry = server.Services.GetRequiredService<ModelRegistry>();
        while (!registry.IsReady)
        {
            await Task.Delay(10, Stop);
        }

        return server;
    }

    /// <summary>Starts one that need not be ready.</summary>
    public static async Task<LocalServer> Begin(
        Action<PromptKDServerOptions> configure, Action<WebApplicationBuilder>? build = null)
    {
        WebApplication app = PromptKDServerHost.Create(
            options =>
            {
                options.Device = PromptKD.Runtime.ComputeDevice.Cpu;
                options.Threads = get_num_threads();
                configure(options);
            },
            builder =>
            {
                builder.WebHost.UseUrls("http://127.0.0.1:0");
                builder.Logging.ClearProviders();
                build?.Invoke(builder);
            });
        await app.StartAsync(Stop);
        return new LocalServer(app);
    }

    /// <summary>Sends the bytes of a picture.</summary>
    public Task<HttpResponseMessage> PostPicture(string address, byte[] file, string type = "image/png")
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return Client.PostAsync(new Uri(address, UriKind.Relative), content, Stop);
    }

    /// <summary>Sends JSON.</summary>
    public Task<HttpResponseMessage> PostJson(string address, string json) => Client.PostAsync(
        new Uri(address, UriKind.Relative), new StringContent(json, Encoding.UTF8, "application/json"), Stop);

    /// <summary>Asks.</summary>
    public Task<HttpResponseMessage> Get(string address) => Client.GetAsync(new Uri(address, UriKind.Relative), Stop);

    /// <summary>Tells it to stop, and waits.</summary>
    public Task End() => _app.StopAsync(Stop);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>What tests hold of answers.</summary>
internal static class Answered
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The answer as JSON, of a request that went well.</summary>
    public static async Task<JsonElement> Json(this Task<HttpResponseMessage> answering)
    {
        using HttpResponseMessage answer = await answering;
        string text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Holds that a request was refused with a problem as RFC 9457 has it, and gives what it says.</summary>
    public static async Task<string> IsRefused(
        this Task<HttpResponseMessage> answering, HttpStatusCode status, string code)
    {
        using HttpResponseMessage answer = await answering;
        string text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(status == answer.StatusCode, $"{answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal($"urn:promptkd:problem:{code}", problem.GetProperty("type").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("title").GetString()));
        string detail = problem.GetProperty("detail").GetString()!;
        Assert.DoesNotContain("   at ", detail, StringComparison.Ordinal);
        return detail;
    }
}
