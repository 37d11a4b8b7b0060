using System.Collections.Concurrent;
using PromptKD.Data.Pictures;

namespace PromptKD.Data.Decoding;

/// <summary>
/// The decoders that this process has beside the library's own, which reads JPEG, PNG, GIF, BMP and WebP.
/// </summary>
public static class PictureDecoders
{
    private static readonly ConcurrentDictionary<PictureKind, IPictureDecoder> s_decoders = new();

    /// <summary>The package that reads the other kinds, for messages.</summary>
    internal const string PackageName = "PromptKD.Decoders";

    /// <summary>Makes a decoder known to all that reads pictures from now on.</summary>
    /// <param name="decoder">Reads its kinds in place of what was registered for them before.</param>
    /// <exception cref="ArgumentException">It wants a kind that the library reads itself, or none.</exception>
    public static void Register(IPictureDecoder decoder)
    {
        foreach (PictureKind kind in decoder.Kinds)
        {
            if (kind is not (PictureKind.Tiff or PictureKind.Heic or PictureKind.Avif))
            {
                throw new ArgumentException($"{kind} is not read by a decoder of another package.", nameof(decoder));
            }
        }

        foreach (PictureKind kind in decoder.Kinds)
        {
            s_decoders[kind] = decoder;
        }
    }

    /// <summary>The decoder of a kind; null where none is registered.</summary>
    internal static IPictureDecoder? Of(PictureKind kind) => s_decoders.GetValueOrDefault(kind);
}
