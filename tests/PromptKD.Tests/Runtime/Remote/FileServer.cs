using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace PromptKD.Tests.Runtime.Remote;

/// <summary>
/// A web server of files, on this machine. Parts, and conditions on versions, are answered by ASP.NET Core.
/// </summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly WebApplication _server;

    private FileServer(WebApplication server) => _server = server;

    /// <summary>Files by their path, which begins with '/'.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>What every file's version is called.</summary>
    public string Version { get; set; } = "\"one\"";

    /// <summary>Method, path, query and range of each request, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Answers in place of the files; false where it leaves a request to them.</summary>
    public Func<HttpContext, Task<bool>> Before { get; set; } = _ => Task.FromResult(false);

    /// <summary>Where it is reached, without '/' at the end.</summary>
    public string Root => _server.Urls.First();

    /// <summary>Starts a server.</summary>
    /// <param name="files">Its files.</param>
    public static async Task<FileServer> StartAsync(params (string Path, byte[] Content)[] files)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication application = builder.Build();
        var server = new FileServer(application);
        foreach ((string path, byte[] content) in files)
        {
            server.Files[path] = content;
        }

        application.Run(server.AnswerAsync);
        await application.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    /// <summary>Sends the beginning of what was asked for, as if it were all, and cuts the connection.</summary>
    public async Task CutAsync(HttpContext context, int count)
    {
        byte[] file = Files[context.Request.Path.Value!];
        int from = (int)context.Request.GetTypedHeaders().Range!.Ranges.First().From!.Value;
        context.Response.StatusCode = StatusCodes.Status206PartialContent;
        context.Response.Headers.ETag = Version;
        context.Response.Headers.ContentRange = $"bytes {from}-{file.Length - 1}/{file.Length}";
        context.Response.ContentLength = file.Length - from;
        await context.Response.Body.WriteAsync(file.AsMemory(from, Math.Min(count, file.Length - from)));
        await context.Response.Body.FlushAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(100));
        context.Features.Get<IConnectionSocketFeature>()!.Socket.Shutdown(SocketShutdown.Send);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        HttpRequest asked = context.Request;
        Requests.Enqueue($"{asked.Method} {asked.Path.Value}{asked.QueryString} {asked.Headers.Range}");
        if (await Before(context))
        {
            return;
        }

        IResult answer = Files.TryGetValue(context.Request.Path.Value!, out byte[]? file)
            ? Results.Bytes(
                file,
                "application/x-tar",
                enableRangeProcessing: true,
                entityTag: Version.Length == 0 ? null : new EntityTagHeaderValue(Version))
            : Results.NotFound();
        await answer.ExecuteAsync(context);
    }
}
