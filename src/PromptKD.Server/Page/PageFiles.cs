using System.Reflection;
using Microsoft.AspNetCore.Http;
using PromptKD.Server.Operations;

namespace PromptKD.Server.Page;

/// <summary>The page: files inside of the program, which need nothing from elsewhere.</summary>
internal sealed class PageFiles
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        + "media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Dictionary<string, (string Name, string Type)> s_files = new()
    {
        ["/"] = ("index.html", "text/html; charset=utf-8"),
        ["/page.css"] = ("page.css", "text/css; charset=utf-8"),
        ["/page.js"] = ("page.js", "text/javascript; charset=utf-8"),
        ["/pictures.js"] = ("pictures.js", "text/javascript; charset=utf-8"),
    };

    private readonly Dictionary<string, byte[]> _bytes =
        s_files.ToDictionary(file => file.Key, file => Read(file.Value.Name));

    /// <summary>Where they are.</summary>
    public static IEnumerable<string> Paths => s_files.Keys;

    /// <summary>Sends one.</summary>
    public async Task Send(HttpContext context, CancellationToken cancellation)
    {
        string path = ((Microsoft.AspNetCore.Routing.RouteEndpoint)context.GetEndpoint()!).RoutePattern.RawText!;
        SecurityHeaders.Add(context.Response, Policy);
        context.Response.Headers["Permissions-Policy"] = "camera=(self)";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.ContentType = s_files[path].Type;
        context.Response.ContentLength = _bytes[path].Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(_bytes[path], cancellation).ConfigureAwait(false);
        }
    }

    private static byte[] Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(
            $"PromptKD.Server.Page.Files.{name}")!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
