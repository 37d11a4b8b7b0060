using Microsoft.AspNetCore.Http;

namespace PromptKD.Server.Operations;

/// <summary>What keeps a browser from doing more with an answer than reading it.</summary>
internal static class SecurityHeaders
{
    private const string Nothing = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Adds them to an answer of the server's own.</summary>
    /// <param name="response">Gets them.</param>
    /// <param name="policy">What its content may load.</param>
    public static void Add(HttpResponse response, string policy = Nothing)
    {
        AddUsual(response);
        response.Headers.ContentSecurityPolicy = policy;
        response.Headers.CacheControl = "no-store";
    }

    /// <summary>Adds those that fit every answer, also of the pages that others wrote.</summary>
    public static void AddUsual(HttpResponse response)
    {
        IHeaderDictionary headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
