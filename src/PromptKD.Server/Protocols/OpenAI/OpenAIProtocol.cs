using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PromptKD.Server.Models;
using PromptKD.Server.Requests;

namespace PromptKD.Server.Protocols.OpenAI;

/// <summary>
/// <c>POST /v1/embeddings</c> in OpenAI's shape: pictures by the student, texts by its teacher's text tower, in one
/// space.
/// </summary>
internal sealed class OpenAIProtocol(PromptKDServerOptions options, ModelRegistry registry, TextTowerHolder tower)
{
    private const string PictureStart = "data:image/";

    /// <summary>Answers.</summary>
    public async Task Embed(HttpContext context, CancellationToken cancellation)
    {
        EmbeddingsRequest request = await Bodies.ReadJson(
            context.Request, OpenAIJson.Default.EmbeddingsRequest, options.MaxBodyBytes, cancellation)
            .ConfigureAwait(false);
        bool isBase64 = request.EncodingFormat switch
        {
            null or "float" => false,
            "base64" => true,
            _ => throw Refusal.Bad("'encoding_format' is float or base64."),
        };
        string[] inputs = Inputs(request.Input);
        using ModelLease lease = registry.Open(request.Model);
        if (request.Dimensions is { } wanted && wanted != lease.Model.EmbeddingSize)
        {
            throw Refusal.Bad($"The model's vectors have {lease.Model.EmbeddingSize} numbers, not {wanted}.");
        }

        float[][] vectors = await Vectors(lease.Model, inputs, cancellation).ConfigureAwait(false);
        var answer = new EmbeddingsAnswer(
            "list",
            [.. vectors.Select((vector, index) => new EmbeddingItem("embedding", index, Node(vector, isBase64)))],
            lease.Model.Source.Name,
            new EmbeddingUsage(0, 0));
        await Bodies.WriteJson(
            context, answer, OpenAIJson.Default.EmbeddingsAnswer, cancellation).ConfigureAwait(false);
    }

    private string[] Inputs(JsonElement input)
    {
        string[] inputs = input.ValueKind switch
        {
            JsonValueKind.String => [input.GetString()!],
            JsonValueKind.Array when input.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String) =>
                [.. input.EnumerateArray().Select(one => one.GetString()!)],
            _ => throw Refusal.Bad(
                "'input' is a text, or a list of texts. Pictures are data addresses: data:image/png;base64,…"),
        };
        return inputs.Length == 0 ? throw Refusal.Bad("'input' is empty.")
            : inputs.Length > options.LargestRequest
                ? throw Refusal.TooLarge($"The request has more inputs than the limit of {options.LargestRequest}.")
                : inputs;
    }

    private async Task<float[][]> Vectors(ServedModel model, string[] inputs, CancellationToken cancellation)
    {
        float[][] vectors = new float[inputs.Length][];
        int[] pictures = [.. Enumerable.Range(0, inputs.Length).Where(place => IsPicture(inputs[place]))];
        int[] texts = [.. Enumerable.Range(0, inputs.Length).Except(pictures)];
        if (pictures.Length > 0)
        {
            SentPicture[] sent =
                [.. pictures.Select(place => new SentPicture($"input[{place}]", Decode(inputs[place], place)))];
            AnsweredPicture[] answers = await AnsweredPicture.All(model, sent, cancellation).ConfigureAwait(false);
            foreach ((int place, AnsweredPicture answer) in pictures.Zip(answers))
            {
                vectors[place] = answer.Output?.Features ?? throw answer.Error!;
            }
        }

        if (texts.Length > 0)
        {
            float[][] found = await tower.Embed(
                [.. texts.Select(place => inputs[place])], model.EmbeddingSize, cancellation).ConfigureAwait(false);
            foreach ((int place, float[] vector) in texts.Zip(found))
            {
                vectors[place] = vector;
            }
        }

        return vectors;
    }

    private static bool IsPicture(string input) => input.StartsWith(PictureStart, StringComparison.OrdinalIgnoreCase);

    private static byte[] Decode(string input, int place)
    {
        try
        {
            return JsonPictures.Decode(input);
        }
        catch (FormatException error)
        {
            throw Refusal.Bad($"input[{place}] is no base64.", error);
        }
    }

    private static JsonNode Node(float[] vector, bool isBase64) => isBase64
        ? JsonValue.Create(Convert.ToBase64String(MemoryMarshal.AsBytes<float>(vector)))
        : JsonSerializer.SerializeToNode(vector, OpenAIJson.Default.SingleArray)!;
}
