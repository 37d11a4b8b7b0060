using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using PromptKD.Server.Batching;
using PromptKD.Server.Operations;

namespace PromptKD.Server.Requests;

/// <summary>
/// What stands around every request: how many at once, how long, how large; and what its sender is told of errors.
/// </summary>
internal sealed partial class RequestGuard(
    PromptKDServerOptions options, ServerMeters meters, ApiKeys keys, ILogger<RequestGuard> logger)
{
    private const int ClientClosedRequest = 499;

    private int _underWay;

    /// <summary>Puts itself around what answers.</summary>
    /// <param name="route">For the metrics.</param>
    /// <param name="answer">Answers; its token ends with the client's patience or ours.</param>
    /// <param name="access">
    /// Who is answered, and whether it counts among the requests that are worked on at once.
    /// </param>
    public RequestDelegate Around(
        string route, Func<HttpContext, CancellationToken, Task> answer, Access access) => async context =>
    {
        long begun = Stopwatch.GetTimestamp();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(options.Timeout);
        int status;
        try
        {
            // The limit is ours, in Bodies: Kestrel's own ends the connection, and the client may never read why.
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            {
                size.MaxRequestBodySize = null;
            }

            SecurityHeaders.Add(context.Response);
            await Answer(context, answer, access, patience.Token).ConfigureAwait(false);
            status = context.Response.StatusCode;
        }
        catch (Exception error)
        {
            status = await Explain(context, error).ConfigureAwait(false);
        }

        var tags = new TagList { { "route", route }, { "status", status } };
        TimeSpan taken = Stopwatch.GetElapsedTime(begun);
        meters.Requests.Record(taken.TotalSeconds, tags);
        LogRequest(logger, context.Request.Method, route, status, taken.TotalMilliseconds);
    };

    private async Task Answer(
        HttpContext context, Func<HttpContext, CancellationToken, Task> answer, Access access,
        CancellationToken patience)
    {
        if (access != Access.Open && !keys.Lets(context.Request))
        {
            throw new Refusal(
                StatusCodes.Status401Unauthorized, "unauthorized", "The request has no key, or a wrong one.");
        }

        if (access != Access.Work)
        {
            await answer(context, patience).ConfigureAwait(false);
            return;
        }

        RefuseCompressed(context.Request);

        try
        {
            if (Interlocked.Increment(ref _underWay) > options.MaxRequests)
            {
                throw Refusal.Busy("busy", $"{options.MaxRequests} requests are worked on already. Come again.");
            }

            await answer(context, patience).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    // Pictures are compressed already, and what is small on the wire alone is a bomb.
    private static void RefuseCompressed(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && encoding != "identity")
        {
            throw Refusal.Unsupported(
                $"The body's content encoding is '{Runtime.Printable.Line(encoding)}'. Send it as it is, without one.");
        }
    }

    private async Task<int> Explain(HttpContext context, Exception error)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return ClientClosedRequest;
        }

        Refusal refusal = RefusalOf(error);
        if (refusal.Status >= StatusCodes.Status500InternalServerError && refusal.RetryAfter is null)
        {
            LogFailure(logger, error);
        }

        if (context.Response.HasStarted)
        {
            context.Abort();
            return refusal.Status;
        }

        try
        {
            context.Response.Clear();
            SecurityHeaders.Add(context.Response);
            await Problem.Write(context, refusal).ConfigureAwait(false);
            return refusal.Status;
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            return ClientClosedRequest;
        }
    }

    private Refusal RefusalOf(Exception error) => error switch
    {
        Refusal refusal => refusal,
        QueueFullException full => Refusal.Busy("queue-full", full.Message),
        PromptKDException mistake when Refusal.Of(mistake) is { } refusal => refusal,
        OperationCanceledException =>
            Refusal.Busy("timeout", $"The request was not done within {options.Timeout.TotalSeconds:0.###} s."),
        BadHttpRequestException bad =>
            new Refusal(bad.StatusCode, "bad-request", "The request cannot be read as HTTP."),
        _ => new Refusal(
            StatusCodes.Status500InternalServerError, "failure",
            "The server failed. Its log says more, at this trace."),
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Route} {Status} in {Milliseconds:0.0} ms")]
    private static partial void LogRequest(
        ILogger logger, string method, string route, int status, double milliseconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed")]
    private static partial void LogFailure(ILogger logger, Exception error);
}
