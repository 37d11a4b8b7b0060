using Microsoft.AspNetCore.Http;

namespace PromptKD.Server.Operations;

/// <summary>What keeps a browser from doing more with an answer than reading it.</summary>
internal static class SecurityHeaders
{
    private const string Nothing = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Adds them.</summary>
    /// <param name="response">Gets them.</param>
    /// <param name="policy">What its content may load.</param>
    public static void Add(HttpResponse response, string policy = Nothing)
    {
        IHeaderDictionary headers = response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }
}
