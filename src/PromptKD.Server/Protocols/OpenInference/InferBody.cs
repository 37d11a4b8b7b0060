using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PromptKD.Server.Requests;

namespace PromptKD.Server.Protocols.OpenInference;

/// <summary>A request that was read: JSON, and the bytes that stand behind it.</summary>
/// <param name="Request">The JSON.</param>
/// <param name="Binary">What stands behind it; empty without the extension.</param>
internal sealed record InferBody(InferRequest Request, ReadOnlyMemory<byte> Binary)
{
    /// <summary>The header that says how long the JSON is.</summary>
    public const string LengthHeader = "Inference-Header-Content-Length";

    /// <summary>Reads a request.</summary>
    /// <exception cref="Refusal">It is not of the protocol.</exception>
    public static async Task<InferBody> Read(HttpRequest request, int most, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> body = await Bodies.Read(request, most, cancellation).ConfigureAwait(false);
        string? header = request.Headers[LengthHeader];
        int length = header is null ? body.Length
            : int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out int given)
                && given <= body.Length
                ? given
            : throw Refusal.Bad($"{LengthHeader} is no number of bytes of the body, which has {body.Length}.");
        InferRequest asked = Bodies.ParseJson(body[..length], OpenInferenceJson.Default.InferRequest);
        return asked.Inputs.Contains(null!) || asked.Outputs?.Contains(null!) == true
            ? throw Refusal.Bad("An input or output is null.")
            : new InferBody(asked, body[length..]);
    }

    /// <summary>The only input that is given, and its bytes where they stand behind the JSON.</summary>
    /// <exception cref="Refusal">There is none, or several, or other bytes than it says.</exception>
    public (InferInput Input, ReadOnlyMemory<byte>? Bytes) Only()
    {
        InferInput input = Request.Inputs is [var only]
            ? only
            : throw Refusal.Bad(
                $"The request has {Request.Inputs.Count} inputs, expected one: {Tensors.File}, {Tensors.Pixels} or "
                + $"{Tensors.Images}.");
        if (input.Parameters?.BinaryDataSize is not { } size)
        {
            return Binary.IsEmpty
                ? (input, null)
                : throw Refusal.Bad("There are bytes behind the JSON, but the input has no 'binary_data_size'.");
        }

        return input.Data is null && size == Binary.Length
            ? (input, Binary)
            : throw Refusal.Bad(
                $"The input has 'data' beside its 'binary_data_size', or {size} bytes are named and {Binary.Length} "
                + "are there.");
    }

    /// <summary>Files of a tensor of bytes.</summary>
    /// <exception cref="Refusal">They are not as they should be.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Files(InferInput input, ReadOnlyMemory<byte>? binary)
    {
        List<ReadOnlyMemory<byte>> files = [];
        if (binary is { } bytes)
        {
            while (bytes.Length >= sizeof(uint))
            {
                uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span);
                bytes = bytes[sizeof(uint)..];
                if (length > bytes.Length)
                {
                    throw Refusal.Bad("An element is longer than the bytes that are left.");
                }

                files.Add(bytes[..(int)length]);
                bytes = bytes[(int)length..];
            }

            return bytes.IsEmpty ? files : throw Refusal.Bad("There are bytes behind the last element.");
        }

        foreach (JsonElement one in Flat(input.Data))
        {
            files.Add(one.ValueKind == JsonValueKind.String && one.TryGetBytesFromBase64(out byte[]? file)
                ? file
                : throw Refusal.Bad("An element of the data is no file in base64."));
        }

        return files;
    }

    /// <summary>The elements of nested arrays, row by row.</summary>
    /// <exception cref="Refusal">There are none.</exception>
    public static IEnumerable<JsonElement> Flat(JsonElement? data)
    {
        if (data is not { ValueKind: JsonValueKind.Array } array)
        {
            throw Refusal.Bad("The input has no 'data', or it is no list.");
        }

        return Elements(array);

        static IEnumerable<JsonElement> Elements(JsonElement list)
        {
            foreach (JsonElement one in list.EnumerateArray())
            {
                if (one.ValueKind != JsonValueKind.Array)
                {
                    yield return one;
                    continue;
                }

                foreach (JsonElement inner in Elements(one))
                {
                    yield return inner;
                }
            }
        }
    }
}
