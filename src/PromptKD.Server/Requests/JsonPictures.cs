using Microsoft.AspNetCore.Http;

namespace PromptKD.Server.Requests;

/// <summary>Reads pictures in JSON.</summary>
/// <param name="options">Limits.</param>
/// <param name="fetcher">Fetches pictures that are named by their address.</param>
internal sealed class JsonPictures(PromptKDServerOptions options, PictureFetcher fetcher)
{
    private const string DataAddress = "data:";
    private const string Base64Mark = ";base64,";

    /// <summary>Reads a body.</summary>
    /// <exception cref="Refusal">It is not of the shape that is expected, or beyond a limit.</exception>
    public async Task<PictureRequest> Read(HttpRequest request, Asked asked, CancellationToken cancellation)
    {
        PicturesBody body = await Bodies.ReadJson(
            request, RequestJson.Default.PicturesBody, options.MaxBodyBytes, cancellation).ConfigureAwait(false);
        asked = body.Model is { } model ? asked with { Model = model } : asked;
        asked = body.Top is { } top ? asked.WithTop(top) : asked;
        asked = body.Threshold is { } threshold ? asked.WithThreshold(threshold) : asked;
        if (body.Pictures.Count > options.LargestRequest)
        {
            throw Refusal.TooLarge($"The request has more pictures than the limit of {options.LargestRequest}.");
        }

        List<SentPicture> pictures = [];
        foreach (PictureBody picture in body.Pictures)
        {
            ReadOnlyMemory<byte> file = picture is { Url: { } address, Data: null }
                ? await fetcher.Fetch(address, cancellation).ConfigureAwait(false)
                : FileOf(picture, pictures.Count);
            pictures.Add(new SentPicture(picture?.Name, file));
        }

        return asked.Of(pictures);
    }

    /// <summary>The bytes of base64, as it is or as a data address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static byte[] Decode(string text)
    {
        int mark = text.StartsWith(DataAddress, StringComparison.OrdinalIgnoreCase)
            ? text.IndexOf(Base64Mark, StringComparison.OrdinalIgnoreCase)
            : -1;
        return Convert.FromBase64String(mark < 0 ? text : text[(mark + Base64Mark.Length)..]);
    }

    private static byte[] FileOf(PictureBody? picture, int place)
    {
        try
        {
            return picture is { Data: { } data, Url: null }
                ? Decode(data)
                : throw Refusal.Bad(
                    $"pictures[{place}] has no 'data' (the bytes of its file in base64), or a 'url' beside it.");
        }
        catch (FormatException error)
        {
            throw Refusal.Bad($"pictures[{place}].data is no base64.", error);
        }
    }
}

/// <summary>What clients send as JSON.</summary>
internal sealed record PicturesBody
{
    /// <summary>The pictures.</summary>
    public required IReadOnlyList<PictureBody> Pictures { get; init; }

    /// <summary>Which model: NAME or NAME@VERSION.</summary>
    public string? Model { get; init; }

    /// <summary>How many classes.</summary>
    public int? Top { get; init; }

    /// <summary>Probability, 0–1.</summary>
    public double? Threshold { get; init; }
}

/// <summary>A picture in JSON.</summary>
internal sealed record PictureBody
{
    /// <summary>The bytes of its file in base64, as they are or as a data address.</summary>
    public string? Data { get; init; }

    /// <summary>Where it lies; only for hosts that the server names.</summary>
    public string? Url { get; init; }

    /// <summary>As the client calls it.</summary>
    public string? Name { get; init; }
}
