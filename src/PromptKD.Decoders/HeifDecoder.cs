using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;

namespace PromptKD.Decoders;

/// <summary>
/// Reads HEIC and AVIF files with ImageMagick. It is told the kind of each file, so that none of its other readers
/// (SVG, MVG, PDF, URLs, programs that it would call) ever sees one.
/// </summary>
internal sealed class HeifDecoder : IPictureDecoder
{
    /// <inheritdoc/>
    public IReadOnlyList<PictureKind> Kinds { get; } = [PictureKind.Heic, PictureKind.Avif];

    /// <inheritdoc/>
    public IOpenPicture Open(byte[] file) => HeifPicture.Open(file);
}
