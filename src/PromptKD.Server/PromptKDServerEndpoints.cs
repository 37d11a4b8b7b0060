using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PromptKD.Server.Operations;
using PromptKD.Server.Page;
using PromptKD.Server.Protocols.CustomVision;
using PromptKD.Server.Protocols.OpenAI;
using PromptKD.Server.Protocols.OpenInference;
using PromptKD.Server.Protocols.Plain;
using PromptKD.Server.Requests;

namespace PromptKD.Server;

/// <summary>Gives the server its addresses.</summary>
public static class PromptKDServerEndpoints
{
    private const string Json = "application/json";
    private const string Bytes = "application/octet-stream";

    // Triton's clients name no type, or that of their library.
    private const string Anything = "*/*";
    private const string Vision = "/customvision/v3.0/Prediction/{projectId:guid}/classify/iterations/{publishedName}";

    // Routing refuses the types that are not here.
    private static readonly string[] s_pictures = ["multipart/form-data", "image/*", Bytes];

    /// <summary>
    /// Maps everything that the options ask for. Limits, keys and errors are handled at each address: the host's other
    /// ones are not touched.
    /// </summary>
    /// <param name="endpoints">The host's, or a group of them.</param>
    /// <returns>All of them, for the host's own conventions.</returns>
    public static IEndpointConventionBuilder MapPromptKD(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        IServiceProvider services = endpoints.ServiceProvider;
        PromptKDServerOptions options = services.GetRequiredService<PromptKDServerOptions>();
        RouteGroupBuilder group = endpoints.MapGroup("");
        var addresses = new Addresses(group, services.GetRequiredService<RequestGuard>());
        MapPlain(addresses, services.GetRequiredService<PlainProtocol>());
        MapOpenInference(addresses, services.GetRequiredService<OpenInferenceProtocol>());
        OpenAIProtocol openAi = services.GetRequiredService<OpenAIProtocol>();
        addresses.Post("/v1/embeddings", openAi.Embed, "Vectors in OpenAI's shape")
            .Accepts<EmbeddingsRequest>(Json).Produces<EmbeddingsAnswer>();
        if (options.CustomVision)
        {
            CustomVisionProtocol vision = services.GetRequiredService<CustomVisionProtocol>();
            foreach (string ending in new[] { "", "/nostore" })
            {
                addresses.Post($"{Vision}/image{ending}", vision.Image, "Custom Vision's prediction of a picture")
                    .Produces<ImagePrediction>();
                addresses.Post($"{Vision}/url{ending}", vision.Url, "Custom Vision's prediction of an address")
                    .Accepts<ImageUrl>(Json).Produces<ImagePrediction>();
            }
        }

        if (options.HasPage)
        {
            PageFiles page = services.GetRequiredService<PageFiles>();
            foreach (string path in PageFiles.Paths)
            {
                addresses.Get(path, page.Send, Access.Open);
            }
        }

        Corrections corrections = services.GetRequiredService<Corrections>();
        addresses.Post("/v1/corrections", corrections.Take, "Collects a picture under its right class");
        return group;
    }

    private static void MapPlain(Addresses addresses, PlainProtocol plain)
    {
        addresses.Get("/health/live", PlainProtocol.Live, Access.Open, "Whether the server runs")
            .Produces<HealthAnswer>();
        addresses.Get("/health/ready", plain.Ready, Access.Open, "Whether it answers").Produces<HealthAnswer>();
        addresses.Get("/v1/models", plain.List, Access.Keyed, "The models").Produces<ModelList>();
        addresses.Get("/v1/models/{name}", plain.Show, Access.Keyed, "A model, its classes and card")
            .Produces<ModelDetails>();
        addresses.Post("/v1/classify", plain.Classify, "The classes of pictures")
            .Accepts<PicturesBody>(Json, s_pictures).Produces<ClassifyAnswer>();
        addresses.Post("/v1/embed", plain.Embed, "The vectors of pictures")
            .Accepts<PicturesBody>(Json, s_pictures).Produces<EmbedAnswer>();
    }

    private static void MapOpenInference(Addresses addresses, OpenInferenceProtocol protocol)
    {
        addresses.Get("/v2", OpenInferenceProtocol.Describe, Access.Keyed, "Open Inference: the server")
            .Produces<ServerMetadata>();
        addresses.Get(
            "/v2/health/live", OpenInferenceProtocol.Live, Access.Open, "Open Inference: whether the server runs");
        addresses.Get("/v2/health/ready", protocol.Ready, Access.Open, "Open Inference: whether it answers");
        foreach (string model in new[] { "/v2/models/{name}", "/v2/models/{name}/versions/{version}" })
        {
            addresses.Get(model, protocol.DescribeModel, Access.Keyed, "Open Inference: a model")
                .Produces<ModelMetadata>();
            addresses.Get(
                $"{model}/ready", protocol.ModelReady, Access.Keyed, "Open Inference: whether a model answers");
            addresses.Post($"{model}/infer", protocol.Infer, "Open Inference: tensors in, tensors out")
                .Accepts<InferRequest>(Json, Bytes, Anything);
        }
    }

    /// <summary>Maps with the guard around, and with what the OpenAPI document says.</summary>
    private sealed class Addresses(RouteGroupBuilder group, RequestGuard guard)
    {
        public RouteHandlerBuilder Get(
            string path, Func<HttpContext, CancellationToken, Task> answer, Access access, string? summary = null) =>
            Described(
                group.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], guard.Around(path, answer, access)),
                path, answer, summary);

        public RouteHandlerBuilder Post(
            string path, Func<HttpContext, CancellationToken, Task> answer, string summary) =>
            Described(group.MapPost(path, guard.Around(path, answer, Access.Work)), path, answer, summary);

        private static RouteHandlerBuilder Described(
            IEndpointConventionBuilder builder,
            string path,
            Func<HttpContext, CancellationToken, Task> answer,
            string? summary)
        {
            var described = new RouteHandlerBuilder([builder]);
            MethodInfo method = answer.Method;
            return summary is null
                ? described.ExcludeFromDescription()
                : described.WithMetadata(method).WithSummary(summary).WithTags(OpenApiTexts.TagOf(path))
                    .ProducesProblem(StatusCodes.Status400BadRequest, Problem.MediaType)
                    .ProducesProblem(StatusCodes.Status503ServiceUnavailable, Problem.MediaType);
        }
    }
}
