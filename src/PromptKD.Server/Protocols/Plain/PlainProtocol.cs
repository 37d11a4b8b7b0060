using Microsoft.AspNetCore.Http;
using PromptKD.Inference;
using PromptKD.Server.Models;
using PromptKD.Server.Requests;

namespace PromptKD.Server.Protocols.Plain;

/// <summary>The protocol for people: pictures in, classes or vectors out.</summary>
internal sealed class PlainProtocol(PromptKDServerOptions options, ModelRegistry registry, PictureRequestReader reader)
{
    private const int UsualTop = 5;

    /// <summary><c>POST /v1/classify</c>.</summary>
    public async Task Classify(HttpContext context, CancellationToken cancellation)
    {
        PictureRequest request = await reader.Read(context.Request, cancellation).ConfigureAwait(false);
        using ModelLease lease = registry.Open(request.Model);
        AnsweredPicture[] answers =
            await AnsweredPicture.All(lease.Model, request.Pictures, cancellation).ConfigureAwait(false);
        double threshold = request.Threshold ?? options.Threshold ?? 0;
        var answer = new ClassifyAnswer(
            lease.Model.Source.Name,
            lease.Model.Source.Version,
            [.. answers.Select(one => PredictionOf(lease.Model, one, request.Top ?? UsualTop, threshold))]);
        await Bodies.WriteJson(context, answer, PlainJson.Default.ClassifyAnswer, cancellation).ConfigureAwait(false);
    }

    /// <summary><c>POST /v1/embed</c>.</summary>
    public async Task Embed(HttpContext context, CancellationToken cancellation)
    {
        PictureRequest request = await reader.Read(context.Request, cancellation).ConfigureAwait(false);
        if (request.Top is not null || request.Threshold is not null)
        {
            throw Refusal.Bad("'top' and 'threshold' are of classes: /v1/embed takes neither.");
        }

        using ModelLease lease = registry.Open(request.Model);
        AnsweredPicture[] answers =
            await AnsweredPicture.All(lease.Model, request.Pictures, cancellation).ConfigureAwait(false);
        var answer = new EmbedAnswer(
            lease.Model.Source.Name,
            lease.Model.Source.Version,
            lease.Model.EmbeddingSize,
            [.. answers.Select(one => new PictureVector(one.Picture.Name, one.Output?.Features, ErrorOf(one)))]);
        await Bodies.WriteJson(context, answer, PlainJson.Default.EmbedAnswer, cancellation).ConfigureAwait(false);
    }

    /// <summary><c>GET /v1/models</c>.</summary>
    public Task List(HttpContext context, CancellationToken cancellation) => Bodies.WriteJson(
        context, new ModelList([.. registry.Slots.Select(SummaryOf)]), PlainJson.Default.ModelList, cancellation);

    /// <summary><c>GET /v1/models/{name}</c>.</summary>
    public async Task Show(HttpContext context, CancellationToken cancellation)
    {
        using ModelLease lease = registry.Open((string)context.Request.RouteValues["name"]!);
        ServedModel model = lease.Model;
        var details = new ModelDetails(
            SummaryOf(registry.Slot(model.Source.Name, model.Source.Version)),
            model.ClassNames,
            model.Preprocessing.Size,
            model.EmbeddingSize,
            options.Collect is { Length: > 0 },
            ModelCard.Of(model.Classifier));
        await Bodies.WriteJson(context, details, PlainJson.Default.ModelDetails, cancellation).ConfigureAwait(false);
    }

    /// <summary><c>GET /health/live</c>.</summary>
    public static Task Live(HttpContext context, CancellationToken cancellation) =>
        Bodies.WriteJson(context, new HealthAnswer("live"), PlainJson.Default.HealthAnswer, cancellation);

    /// <summary><c>GET /health/ready</c>.</summary>
    public Task Ready(HttpContext context, CancellationToken cancellation) => registry.IsReady
        ? Bodies.WriteJson(context, new HealthAnswer(registry.State), PlainJson.Default.HealthAnswer, cancellation)
        : throw Refusal.Busy(registry.State, $"The server is {registry.State}.");

    private static ModelSummary SummaryOf(ModelSlot slot)
    {
        using ModelLease? lease = slot.TryEnter();
        return new ModelSummary(
            slot.Source.Name,
            slot.Source.Version,
            lease is not null,
            lease?.Model.ClassNames.Count,
            lease is null ? null : lease.Model.Classifier is OnnxStudentClassifier ? "onnx" : "student",
            lease?.Model.LoadedAt);
    }

    private static Prediction PredictionOf(ServedModel model, AnsweredPicture one, int top, double threshold)
    {
        if (one.Output is not { } output)
        {
            return new Prediction(one.Picture.Name, Answer: null, Classes: null, ErrorOf(one));
        }

        PredictedClass[] classes =
        [
            .. model.Best(output, Math.Min(top, model.ClassNames.Count))
                .Select(found => new PredictedClass(found.Name, found.Label, found.Probability)),
        ];
        string? best = classes[0].Probability >= threshold ? classes[0].Name : null;
        return new Prediction(one.Picture.Name, best, classes, Error: null);
    }

    private static PictureError? ErrorOf(AnsweredPicture one) =>
        one.Error is { } error ? new PictureError(error.Code, error.Message) : null;
}
