using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PromptKD.Inference;

namespace PromptKD.Serve;

/// <summary>What one writes first: an ASP.NET server with one classifier, and a lock around it.</summary>
internal static class LockedServer
{
    /// <summary>Serves until it is told to stop.</summary>
    public static async Task<int> Run(string model, string address)
    {
        using IPictureClassifier classifier = Load.Open(model, gathered: false);
        var gate = new Lock();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        WebApplication app = builder.Build();
        app.MapGet("/health/ready", () => Results.Ok());
        app.MapPost("/v1/classify", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted).ConfigureAwait(false);
            lock (gate)
            {
                return Results.Bytes(
                    JsonSerializer.SerializeToUtf8Bytes(classifier.Classify(PictureInput.FromBytes(body.ToArray()))),
                    "application/json");
            }
        });
        await app.RunAsync().ConfigureAwait(false);
        return 0;
    }
}
