using System.Buffers;
using System.Globalization;
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
        HttpContext context,
        ServedModel model,
        InferRequest request,
        PictureOutput[] outputs,
        CancellationToken cancellation)
    {
        WantedTensor[] wanted = Wanted(request);
        var json = new ArrayBufferWriter<byte>();
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("model_name", model.Source.Name);
            writer.WriteString("model_version", model.Source.Version);
            if (request.Id is { } id)
            {
                writer.WriteString("id", id);
            }

            writer.WriteStartArray("outputs");
            foreach (WantedTensor one in wanted)
            {
                WriteTensor(writer, bytes, one.Of(outputs, model.ClassNames), one.AsBytes);
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

    private static WantedTensor[] Wanted(InferRequest request)
    {
        bool allAsBytes = request.Parameters?.BinaryDataOutput ?? false;
        return request.Outputs is { Count: > 0 } named
            ?
            [
                .. named.Select(one => new WantedTensor(
                    one.Name, one.Parameters?.BinaryData ?? allAsBytes, one.Parameters?.Classification)),
            ]
            : [.. Tensors.Outputs.Select(name => new WantedTensor(name, allAsBytes, Classes: null))];
    }

    private static void WriteTensor(
        Utf8JsonWriter writer, ArrayBufferWriter<byte> bytes, AnswerTensor tensor, bool asBytes)
    {
        writer.WriteStartObject();
        writer.WriteString("name", tensor.Name);
        writer.WriteString("datatype", tensor.Datatype);
        writer.WriteStartArray("shape");
        writer.WriteNumberValue(tensor.Rows);
        writer.WriteNumberValue(tensor.Columns);
        writer.WriteEndArray();
        if (asBytes)
        {
            int before = bytes.WrittenCount;
            tensor.WriteBytes(bytes);
            writer.WriteStartObject("parameters");
            writer.WriteNumber("binary_data_size", bytes.WrittenCount - before);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteStartArray("data");
            tensor.WriteElements(writer);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
