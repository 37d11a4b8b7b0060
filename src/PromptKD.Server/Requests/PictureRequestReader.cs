using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace PromptKD.Server.Requests;

/// <summary>Reads pictures as clients send them: a form, the bytes of one file, or JSON with base64.</summary>
/// <param name="options">Limits.</param>
/// <param name="json">Reads JSON.</param>
internal sealed class PictureRequestReader(PromptKDServerOptions options, JsonPictures json)
{
    private const string Bytes = "application/octet-stream";
    private const int LongestBoundary = 100;
    private const int LongestField = 1 << 10;
    private const int MostFields = 8;
    private const int MostHeaders = 8;
    private const int LongestHeaders = 8 << 10;

    /// <summary>Reads a request.</summary>
    /// <exception cref="Refusal">It is not one of these, damaged, or beyond a limit.</exception>
    public Task<PictureRequest> Read(HttpRequest request, CancellationToken cancellation) =>
        Read(request, Asked.OfQuery(request.Query), cancellation);

    /// <summary>Reads a request of whose address nothing is asked.</summary>
    /// <exception cref="Refusal">As the other.</exception>
    public async Task<PictureRequest> Read(HttpRequest request, Asked asked, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type))
        {
            throw Refusal.Unsupported(
                "The request has no content type. Send multipart/form-data, the bytes of a picture as image/…, or "
                + "JSON.");
        }

        string media = type.MediaType.Value!.ToLowerInvariant();
        if (media == "multipart/form-data")
        {
            return await ReadForm(request, type, asked, cancellation).ConfigureAwait(false);
        }

        if (IsPicture(media))
        {
            ReadOnlyMemory<byte> file = await Bodies.Read(
                request, options.MaxBodyBytes, cancellation).ConfigureAwait(false);
            return asked.Of([new SentPicture(Name: null, file)]);
        }

        return media == "application/json"
            ? await json.Read(request, asked, cancellation).ConfigureAwait(false)
            : throw Refusal.Unsupported(
                "The content type is not read here. Send multipart/form-data, the bytes of a picture as image/…, or "
                + "JSON.");
    }

    /// <summary>Whether a content type is that of a picture's bytes.</summary>
    public static bool IsPicture(string? media) =>
        media is not null
        && (media.StartsWith("image/", StringComparison.OrdinalIgnoreCase)
            || media.StartsWith(Bytes, StringComparison.OrdinalIgnoreCase));

    private async Task<PictureRequest> ReadForm(
        HttpRequest request, MediaTypeHeaderValue type, Asked asked, CancellationToken cancellation)
    {
        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value ?? "";
        if (boundary.Length is 0 or > LongestBoundary)
        {
            throw Refusal.Bad($"The form's boundary has {boundary.Length} letters, expected 1 to {LongestBoundary}.");
        }

        var reader = new MultipartReader(boundary, request.Body)
        {
            HeadersCountLimit = MostHeaders,
            HeadersLengthLimit = LongestHeaders,
        };
        List<SentPicture> pictures = [];
        int left = options.MaxBodyBytes, fields = 0;
        while (await Next(reader, cancellation).ConfigureAwait(false) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(
                section.ContentDisposition, out ContentDispositionHeaderValue? part))
            {
                throw Refusal.Bad("A part of the form has no content disposition.");
            }

            string name = HeaderUtilities.RemoveQuotes(part.Name).Value ?? "";
            if (part.IsFileDisposition() || IsPicture(section.ContentType))
            {
                RefuseMany(pictures.Count + 1);
                ReadOnlyMemory<byte> file = await ReadPart(section, left, cancellation).ConfigureAwait(false);
                left -= file.Length;
                pictures.Add(new SentPicture(NameOf(part), file));
            }
            else
            {
                if (++fields > MostFields)
                {
                    throw Refusal.Bad($"The form has more than {MostFields} fields beside its pictures.");
                }

                asked = asked.With(name, await ReadField(section, name, cancellation).ConfigureAwait(false));
            }
        }

        return asked.Of(pictures);
    }

    private async Task<ReadOnlyMemory<byte>> ReadPart(
        MultipartSection section, int left, CancellationToken cancellation)
    {
        try
        {
            return await Bodies.Read(section.Body, left, cancellation).ConfigureAwait(false);
        }
        catch (Refusal refusal) when (refusal.Status == StatusCodes.Status413PayloadTooLarge)
        {
            throw Bodies.TooLarge(options.MaxBodyBytes);
        }
    }

    private static async Task<string> ReadField(MultipartSection section, string name, CancellationToken cancellation)
    {
        try
        {
            ReadOnlyMemory<byte> text = await Bodies.Read(
                section.Body, LongestField, cancellation).ConfigureAwait(false);
            return System.Text.Encoding.UTF8.GetString(text.Span);
        }
        catch (Refusal refusal) when (refusal.Status == StatusCodes.Status413PayloadTooLarge)
        {
            throw Refusal.Bad(
                $"The form's field '{Runtime.Printable.Line(name)}' is longer than {LongestField} bytes.");
        }
    }

    private static async Task<MultipartSection?> Next(MultipartReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException and not BadHttpRequestException or InvalidDataException)
        {
            throw Refusal.Bad("The form is damaged, or ends before it should.", error);
        }
    }

    private void RefuseMany(int count)
    {
        if (count > options.LargestRequest)
        {
            throw Refusal.TooLarge($"The request has more pictures than the limit of {options.LargestRequest}.");
        }
    }

    private static string? NameOf(ContentDispositionHeaderValue part)
    {
        string? name = HeaderUtilities.RemoveQuotes(
            part.FileNameStar.HasValue ? part.FileNameStar : part.FileName).Value;
        return string.IsNullOrEmpty(name) ? null : Runtime.Printable.Line(Path.GetFileName(name));
    }
}
