using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using PromptKD.Server.Models;
using PromptKD.Server.Requests;

namespace PromptKD.Server.Protocols.CustomVision;

/// <summary>
/// Azure Custom Vision's prediction route for classification, in its shape: the published name is the model's, the key
/// is ours, and every project is answered alike.
/// </summary>
internal sealed class CustomVisionProtocol(
    PromptKDServerOptions options, ModelRegistry registry, PictureRequestReader reader, PictureFetcher fetcher)
{
    /// <summary><c>POST …/classify/iterations/{publishedName}/image</c>.</summary>
    public async Task Image(HttpContext context, CancellationToken cancellation)
    {
        using ModelLease lease = Open(context);
        PictureRequest request = await reader.Read(context.Request, Asked.Nothing, cancellation).ConfigureAwait(false);
        await Answer(context, lease.Model, request.Pictures[0], cancellation).ConfigureAwait(false);
    }

    /// <summary><c>POST …/classify/iterations/{publishedName}/url</c>.</summary>
    public async Task Url(HttpContext context, CancellationToken cancellation)
    {
        using ModelLease lease = Open(context);
        ImageUrl body = await Bodies.ReadJson(
            context.Request, CustomVisionJson.Default.ImageUrl, options.MaxBodyBytes, cancellation)
            .ConfigureAwait(false);
        ReadOnlyMemory<byte> file = await fetcher.Fetch(body.Url, cancellation).ConfigureAwait(false);
        await Answer(context, lease.Model, new SentPicture(Name: null, file), cancellation).ConfigureAwait(false);
    }

    private ModelLease Open(HttpContext context) =>
        registry.Open((string)context.Request.RouteValues["publishedName"]!);

    private static async Task Answer(
        HttpContext context, ServedModel model, SentPicture picture, CancellationToken cancellation)
    {
        AnsweredPicture[] answers = await AnsweredPicture.All(model, [picture], cancellation).ConfigureAwait(false);
        var prediction = new ImagePrediction(
            Guid.NewGuid(),
            Guid.Parse((string)context.Request.RouteValues["projectId"]!),
            IdOf($"{model.Source.Name}@{model.Source.Version}"),
            DateTime.UtcNow,
            [
                .. model.Best(answers[0].Output!, model.ClassNames.Count)
                    .Select(one => new TagPrediction(one.Probability, IdOf(one.Name), one.Name, "Regular")),
            ]);
        await Bodies.WriteJson(context, prediction, CustomVisionJson.Default.ImagePrediction, cancellation)
            .ConfigureAwait(false);
    }

    // The same for a name each time, as clients that remember it expect.
    private static Guid IdOf(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
}
