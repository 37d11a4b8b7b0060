using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PromptKD.Inference;
using PromptKD.Server.Models;
using PromptKD.Server.Requests;

namespace PromptKD.Server.Protocols.OpenInference;

/// <summary>An answer of the protocol: JSON, and behind it the tensors that are wanted as bytes.</summary>
internal static class InferAnswer
{
    /// <summary>Writes it.</summary>
    /// <exception cref="Refusal">An output is wanted that there is not.</exception>
    public static async Task Write(
        HttpContext context, ModelSource model, InferRequest request, PictureOutput[] outputs, CancellationToken cancellation)
    {
        bool allAsBytes = request.Parameters?.BinaryDataOutput ?? false;
        (string Name, bool AsBytes)[] wanted = request.Outputs is { Count: > 0 } named
            ? [.. named.Select(one => (one.Name, one.Parameters?.BinaryData ?? allAsBytes))]
            : [.. Tensors.Outputs.Select(name => (name, allAsBytes))];
        var json = new ArrayBufferWriter<byte>();
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("model_name", model.Name);
            writer.WriteString("model_version", model.Version);
            if (request.Id is { } id)
            {
                writer.WriteString("id", id);
            }

            writer.WriteStartArray("outputs");
            foreach ((string name, bool asBytes) in wanted)
            {
                WriteTensor(writer, bytes, name, asBytes, [.. outputs.Select(one => RowOf(one, name))]);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        bool hasBytes = wanted.Any(one => one.AsBytes);
        context.Response.ContentType = hasBytes ? "application/octet-stream" : "application/json";
        context.Response.ContentLength = json.WrittenCount + bytes.WrittenCount;
        if (hasBytes)
        {
            context.Response.Headers[InferBody.LengthHeader] = json.WrittenCount.ToString(CultureInfo.InvariantCulture);
        }

        await context.Response.Body.WriteAsync(json.WrittenMemory, cancellation).ConfigureAwait(false);
        await context.Response.Body.WriteAsync(bytes.WrittenMemory, cancellation).ConfigureAwait(false);
    }

    private static float[] RowOf(PictureOutput output, string name) => name switch
    {
        Tensors.Probabilities => output.Probabilities,
        Tensors.Logits => output.Logits,
        Tensors.Features => output.Features,
        _ => throw Refusal.Bad(
            $"There is no output '{Runtime.Printable.Line(name)}', but {string.Join(", ", Tensors.Outputs)}."),
    };

    private static void WriteTensor(
        Utf8JsonWriter writer, ArrayBufferWriter<byte> bytes, string name, bool asBytes, float[][] rows)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString("datatype", Tensors.FloatType);
        writer.WriteStartArray("shape");
        writer.WriteNumberValue(rows.Length);
        writer.WriteNumberValue(rows[0].Length);
        writer.WriteEndArray();
        if (asBytes)
        {
            writer.WriteStartObject("parameters");
            writer.WriteNumber("binary_data_size", rows.Length * rows[0].Length * sizeof(float));
            writer.WriteEndObject();
            foreach (float[] row in rows)
            {
                bytes.Write(MemoryMarshal.AsBytes<float>(row));
            }
        }
        else
        {
            writer.WriteStartArray("data");
            foreach (float value in rows.SelectMany(row => row))
            {
                writer.WriteNumberValue(value);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
