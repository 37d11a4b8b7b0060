using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace PromptKD.Server.Requests;

/// <summary>Reads and writes whole bodies.</summary>
internal static class Bodies
{
    private const int Block = 1 << 14;
    private const int MostAtFirst = 1 << 20;

    /// <summary>What the sender of too much is told.</summary>
    public static Refusal TooLarge(int most) => Refusal.TooLarge($"The body has more bytes than the limit of {most}.");

    /// <summary>All bytes of a body.</summary>
    /// <param name="request">Has it.</param>
    /// <param name="most">Bytes that are taken.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="Refusal">It is longer, or ends early.</exception>
    public static async Task<ReadOnlyMemory<byte>> Read(HttpRequest request, int most, CancellationToken cancellation)
    {
        if (request.ContentLength > most)
        {
            throw TooLarge(most);
        }

        int expected = (int)Math.Min(request.ContentLength ?? Block, MostAtFirst);
        return await ReadAll(request.Body, expected, most, cancellation).ConfigureAwait(false);
    }

    /// <summary>All bytes of a stream.</summary>
    /// <exception cref="Refusal">It is longer, or ends early.</exception>
    public static Task<ReadOnlyMemory<byte>> Read(Stream stream, int most, CancellationToken cancellation) =>
        ReadAll(stream, Math.Min(Block, most), most, cancellation);

    /// <summary>A body as JSON.</summary>
    /// <exception cref="Refusal">It is none, or not of this shape.</exception>
    public static async Task<T> ReadJson<T>(
        HttpRequest request, JsonTypeInfo<T> type, int most, CancellationToken cancellation)
        where T : class => ParseJson(await Read(request, most, cancellation).ConfigureAwait(false), type);

    /// <summary>Bytes as JSON.</summary>
    /// <exception cref="Refusal">They are none, or not of this shape.</exception>
    public static T ParseJson<T>(ReadOnlyMemory<byte> bytes, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, type)
                ?? throw Refusal.Bad("The body is null, expected an object.");
        }
        catch (JsonException error)
        {
            string place = error.Path is null or "$" ? "" : $" at {Runtime.Printable.Line(error.Path)}";
            throw Refusal.Bad(
                $"The body is not the JSON that is expected{place} (line {error.LineNumber + 1}, byte "
                + $"{error.BytePositionInLine}).",
                error);
        }
        catch (Exception error) when (error is InvalidOperationException or NotSupportedException or FormatException)
        {
            throw Refusal.Bad("The body is not the JSON that is expected.", error);
        }
    }

    /// <summary>Answers with JSON.</summary>
    public static Task WriteJson<T>(HttpContext context, T value, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(body, cancellation).AsTask();
    }

    // One array, of a byte more than is expected: what ends where it says is never copied. Whoever says much and sends
    // little gets no more memory than what came.
    private static async Task<ReadOnlyMemory<byte>> ReadAll(
        Stream stream, int expected, int most, CancellationToken cancellation)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(expected + 1);
        int count = 0;
        try
        {
            while (true)
            {
                int read = await stream.ReadAsync(bytes.AsMemory(count), cancellation).ConfigureAwait(false);
                if (read == 0)
                {
                    return bytes.AsMemory(0, count);
                }

                count += read;
                if (count > most)
                {
                    throw TooLarge(most);
                }

                if (count == bytes.Length)
                {
                    Array.Resize(ref bytes, (int)Math.Min(2L * count, most + 1L));
                }
            }
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            throw Refusal.Bad("The body ends before it should.", error);
        }
    }
}
