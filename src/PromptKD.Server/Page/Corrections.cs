using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using PromptKD.Server.Models;
using PromptKD.Server.Requests;

namespace PromptKD.Server.Page;

/// <summary>
/// <c>POST /v1/corrections?class=NAME</c>: a picture is kept in the folder of its right class, for <c>teach</c> and
/// <c>evaluate</c>. Names are made of its bytes: nothing that a client writes becomes a path but the name of a class
/// that the model has.
/// </summary>
internal sealed class Corrections(PromptKDServerOptions options, ModelRegistry registry)
{
    private const int DigestLetters = 32;

    private static readonly Dictionary<PictureKind, string> s_endings = new()
    {
        [PictureKind.Jpeg] = ".jpg",
        [PictureKind.Png] = ".png",
        [PictureKind.Gif] = ".gif",
        [PictureKind.Bmp] = ".bmp",
        [PictureKind.WebP] = ".webp",
    };

    /// <summary>Keeps a picture.</summary>
    public async Task Take(HttpContext context, CancellationToken cancellation)
    {
        string folder = options.Collect is { Length: > 0 } given
            ? given
            : throw Refusal.NotFound("This server collects no corrections: it was started without a folder for them.");
        IQueryCollection query = context.Request.Query;
        using ModelLease lease = registry.Open(query.TryGetValue("model", out var model) ? (string?)model : null);
        string name = (string?)query["class"] ?? "";
        if (!lease.Model.ClassNames.Contains(name, StringComparer.Ordinal))
        {
            throw Refusal.Bad($"The model has no class '{Printable.Line(name)}'.");
        }

        if (!PictureRequestReader.IsPicture(context.Request.ContentType))
        {
            throw Refusal.Unsupported(
                "A correction is the bytes of a picture, as image/… or application/octet-stream; its class stands in "
                + "the address.");
        }

        ReadOnlyMemory<byte> file =
            await Bodies.Read(context.Request, options.MaxBodyBytes, cancellation).ConfigureAwait(false);

        // What cannot be classified cannot be learned from.
        await AnsweredPicture(lease.Model, file, cancellation).ConfigureAwait(false);
        if (!s_endings.TryGetValue(PictureKinds.Of(file.Span), out string? ending))
        {
            throw Refusal.Unsupported("Corrections are JPEG, PNG, GIF, BMP or WebP pictures.");
        }

        string digest = Convert.ToHexStringLower(SHA256.HashData(file.Span))[..DigestLetters];
        WholeFile.TryCreate(
            Path.Combine(folder, FolderName.Of(name), digest + ending), stream => stream.Write(file.Span));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task AnsweredPicture(
        ServedModel model, ReadOnlyMemory<byte> file, CancellationToken cancellation) =>
        await Protocols.AnsweredPicture.All(model, [new SentPicture(Name: null, file)], cancellation)
            .ConfigureAwait(false);
}
