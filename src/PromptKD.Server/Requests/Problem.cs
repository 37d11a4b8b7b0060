using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace PromptKD.Server.Requests;

/// <summary>What went wrong, as RFC 9457 has it.</summary>
/// <param name="Type">An identifier of the kind.</param>
/// <param name="Title">The kind, in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What is wrong with this request.</param>
/// <param name="TraceId">Finds the request in the log.</param>
/// <param name="Error">The same for clients of other protocols: a sentence, or an object of OpenAI's shape.</param>
/// <param name="Code">The same for clients of Custom Vision: a word.</param>
/// <param name="Message">The same for them: a sentence.</param>
internal sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Detail,
    string? TraceId,
    JsonNode? Error = null,
    string? Code = null,
    string? Message = null)
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/problem+json";

    private const string TypeStart = "urn:promptkd:problem:";

    /// <summary>Answers with a problem.</summary>
    public static async Task Write(HttpContext context, Refusal refusal)
    {
        context.Response.StatusCode = refusal.Status;
        context.Response.ContentType = MediaType;
        if (refusal.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var problem = new Problem(
            TypeStart + refusal.Code,
            ReasonPhrases.GetReasonPhrase(refusal.Status),
            refusal.Status,
            refusal.Message,
            Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier);
        problem = InShapeOf(context.Request.Path, problem, refusal);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(problem, RequestJson.Default.Problem);
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    // Clients of other protocols look for the reason in places of their own.
    private static Problem InShapeOf(PathString path, Problem problem, Refusal refusal) =>
        path.StartsWithSegments("/v2") ? problem with { Error = refusal.Message }
        : path.StartsWithSegments("/v1/embeddings") ? problem with
        {
            Error = new JsonObject { ["message"] = refusal.Message, ["type"] = refusal.Code, ["code"] = refusal.Code },
        }
        : path.StartsWithSegments("/customvision") ? problem with { Code = refusal.Code, Message = refusal.Message }
        : problem;
}
