using System.Net;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.S3;
using PromptKD.Runtime.Remote;

namespace PromptKD.Cloud;

/// <summary>Says in a line what S3, or the way to it, refused.</summary>
internal static class S3Fault
{
    /// <summary>
    /// An <see cref="IOException"/> for what may pass, a <see cref="PromptKDException"/> for what will not; null for
    /// what is no fault of a server.
    /// </summary>
    /// <param name="address">What was asked for.</param>
    /// <param name="error">What came.</param>
    /// <param name="wasRead">Whether a part of the same object has been read before.</param>
    public static Exception? Of(string address, Exception error, bool wasRead) => error switch
    {
        AmazonS3Exception answer => OfAnswer(address, answer, wasRead),
        AmazonServiceException { StatusCode: 0 or >= HttpStatusCode.InternalServerError } lost =>
            new IOException(Innermost(lost).Message, lost),
        AmazonServiceException other => Final(address, $"{other.Message.TrimEnd('.')}. Is the address right?", other),
        HttpRequestException or IOException when Find<AuthenticationException>(error) is { } refused => Final(
            address,
            $"no trusted connection: {refused.Message.TrimEnd('.')}. Is the server's certificate known here?",
            error),
        HttpRequestException or IOException => new IOException(Innermost(error).Message, error),
        AmazonClientException when IsAboutCredentials(error) => Final(
            address,
            "no credentials found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; what is public has "
            + "an https:// address, too.",
            error),
        AmazonClientException => Final(address, $"{error.Message.TrimEnd('.')}.", error),
        _ => null,
    };

    private static Exception OfAnswer(string address, AmazonS3Exception answer, bool wasRead)
    {
        int code = (int)answer.StatusCode;
        string told = $"{code} {answer.ErrorCode}".TrimEnd();
        return answer.StatusCode switch
        {
            0 => Find<AuthenticationException>(answer) is { } refused
                ? Final(address, $"no trusted connection: {refused.Message.TrimEnd('.')}.", answer)
                : new IOException(Innermost(answer).Message, answer),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
                or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                new IOException($"the server answered {told}", answer),
            _ when answer.ErrorCode is "RequestTimeout" or "SlowDown" =>
                new IOException($"the server answered {told}", answer),
            _ when answer.ErrorCode is "NoSuchBucket" =>
                Final(address, $"there is no such bucket ({told}). Is the name right{OnServer()}?", answer, true),
            HttpStatusCode.NotFound => Final(
                address, $"there is no such object ({told}). Is the address right{OnServer()}?", answer, true),
            HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect
                or HttpStatusCode.BadRequest when IsAboutRegion(answer) => Final(
                address,
                $"the bucket lies in another region: {answer.Message.TrimEnd('.')} ({told}). Set AWS_REGION to it.",
                answer),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Final(
                address,
                $"not permitted ({told}). The credentials that were found may not read it: look at AWS_ACCESS_KEY_ID "
                + "and AWS_PROFILE, and at the bucket's policy.",
                answer),
            HttpStatusCode.PreconditionFailed => RemoteFiles.Changed(address),

            // Some servers look at the range before they look at the ETag.
            HttpStatusCode.RequestedRangeNotSatisfiable when wasRead => RemoteFiles.Changed(address),
            HttpStatusCode.RequestedRangeNotSatisfiable => Final(address, $"the object is empty ({told}).", answer),
            _ => Final(address, $"the server answered {told}: {answer.Message.TrimEnd('.')}.", answer),
        };
    }

    private static PromptKDException Final(string address, string what, Exception error, bool isMissing = false) =>
        new($"{address}: {what}", error)
        {
            Code = isMissing ? PromptKDError.MissingFile : PromptKDError.BadInput,
        };

    private static bool IsAboutRegion(AmazonS3Exception answer) =>
        answer.StatusCode != HttpStatusCode.BadRequest
        || answer.ErrorCode is "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException";

    private static string OnServer() => S3Client.Endpoint() is { } endpoint ? $" on {endpoint}" : "";

    private static bool IsAboutCredentials(Exception error) =>
        error.Message.Contains("credential", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("EC2 Instance", StringComparison.OrdinalIgnoreCase);

    private static Exception Innermost(Exception error) => error.GetBaseException();

    private static TError? Find<TError>(Exception error)
        where TError : Exception
    {
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is TError found)
            {
                return found;
            }
        }

        return null;
    }
}
