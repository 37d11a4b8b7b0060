using Microsoft.AspNetCore.Http;
using PromptKD.Inference;
using PromptKD.Server.Models;
using PromptKD.Server.Operations;
using PromptKD.Server.Requests;

namespace PromptKD.Server.Protocols.OpenInference;

/// <summary>
/// The Open Inference Protocol, version 2, over HTTP, as KServe and Triton speak it: with JSON tensors and with the
/// binary and classification extensions.
/// </summary>
internal sealed class OpenInferenceProtocol(PromptKDServerOptions options, ModelRegistry registry)
{
    private static readonly string[] s_extensions = ["classification", "binary_tensor_data"];

    /// <summary><c>GET /v2</c>.</summary>
    public static Task Describe(HttpContext context, CancellationToken cancellation) => Bodies.WriteJson(
        context,
        new ServerMetadata("promptkd", ServerVersion.Text, s_extensions),
        OpenInferenceJson.Default.ServerMetadata,
        cancellation);

    /// <summary><c>GET /v2/health/live</c>: 200 and nothing more.</summary>
    public static Task Live(HttpContext context, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary><c>GET /v2/health/ready</c>.</summary>
    public Task Ready(HttpContext context, CancellationToken cancellation) => registry.IsReady
        ? Task.CompletedTask
        : throw Refusal.Busy(registry.State, $"The server is {registry.State}.");

    /// <summary><c>GET /v2/models/{name}/ready</c>.</summary>
    public Task ModelReady(HttpContext context, CancellationToken cancellation)
    {
        (string name, string? version) = Asked(context);
        return registry.Slot(name, version).IsLoaded && registry.IsReady
            ? Task.CompletedTask
            : throw Refusal.Busy(registry.State, "The model is not ready.");
    }

    /// <summary><c>GET /v2/models/{name}</c>.</summary>
    public async Task DescribeModel(HttpContext context, CancellationToken cancellation)
    {
        (string name, string? version) = Asked(context);
        using ModelLease lease = registry.Open(name, version);
        ServedModel model = lease.Model;
        var metadata = new ModelMetadata(
            name,
            [.. registry.Versions(name).Select(slot => slot.Source.Version)],
            model.Classifier is OnnxStudentClassifier ? "onnxruntime_onnx" : "pytorch_libtorch",
            Tensors.Inputs(model.Preprocessing.Size),
            [
                new TensorMetadata(Tensors.Probabilities, Tensors.FloatType, [-1, model.ClassNames.Count]),
                new TensorMetadata(Tensors.Logits, Tensors.FloatType, [-1, model.ClassNames.Count]),
                new TensorMetadata(Tensors.Features, Tensors.FloatType, [-1, model.EmbeddingSize]),
            ]);
        await Bodies.WriteJson(
            context, metadata, OpenInferenceJson.Default.ModelMetadata, cancellation).ConfigureAwait(false);
    }

    /// <summary><c>POST /v2/models/{name}/infer</c>.</summary>
    public async Task Infer(HttpContext context, CancellationToken cancellation)
    {
        (string name, string? version) = Asked(context);
        using ModelLease lease = registry.Open(name, version);
        InferBody body = await InferBody.Read(
            context.Request, options.MaxBodyBytes, cancellation).ConfigureAwait(false);
        PictureOutput[] outputs =
            await new InferInputs(lease.Model, options.LargestRequest).Answer(body, cancellation).ConfigureAwait(false);
        await InferAnswer.Write(context, lease.Model, body.Request, outputs, cancellation).ConfigureAwait(false);
    }

    private static (string Name, string? Version) Asked(HttpContext context) => (
        (string)context.Request.RouteValues["name"]!,
        (string?)context.Request.RouteValues.GetValueOrDefault("version"));
}
