using Microsoft.AspNetCore.Http;

namespace PromptKD.Server.Requests;

/// <summary>A request that is not answered, and what its sender is told.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">A word for programs: the end of the problem's type.</param>
/// <param name="detail">A sentence for people.</param>
/// <param name="inner">What it came of.</param>
internal sealed class Refusal(int status, string code, string detail, Exception? inner = null)
    : Exception(detail, inner)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;

    /// <summary>A word for programs.</summary>
    public string Code => code;

    /// <summary>Seconds after which to come again; null where that would not help.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The request is not what is expected.</summary>
    public static Refusal Bad(string detail, Exception? inner = null) =>
        new(StatusCodes.Status400BadRequest, "bad-request", detail, inner);

    /// <summary>There is no such thing.</summary>
    public static Refusal NotFound(string detail) => new(StatusCodes.Status404NotFound, "not-found", detail);

    /// <summary>It is more than is taken.</summary>
    public static Refusal TooLarge(string detail) =>
        new(StatusCodes.Status413PayloadTooLarge, "too-large", detail);

    /// <summary>It is of a kind that is not read.</summary>
    public static Refusal Unsupported(string detail) =>
        new(StatusCodes.Status415UnsupportedMediaType, "unsupported", detail);

    /// <summary>Not now.</summary>
    public static Refusal Busy(string code, string detail) =>
        new(StatusCodes.Status503ServiceUnavailable, code, detail) { RetryAfter = 1 };

    /// <summary>What the sender of a picture is told; null for what is none of theirs.</summary>
    public static Refusal? Of(PromptKDException error, string? picture = null) => error.Code switch
    {
        PromptKDError.BadPicture =>
            new(StatusCodes.Status400BadRequest, "bad-picture", Named(error.Message, picture), error),
        PromptKDError.NotSupported =>
            new(StatusCodes.Status415UnsupportedMediaType, "unsupported", Named(error.Message, picture), error),
        _ => null,
    };

    private static string Named(string message, string? picture) =>
        picture is null ? message : $"{picture}: {message}";
}
