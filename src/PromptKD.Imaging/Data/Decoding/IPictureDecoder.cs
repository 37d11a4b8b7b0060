using PromptKD.Data.Pictures;

namespace PromptKD.Data.Decoding;

/// <summary>
/// Reads kinds of pictures that the library does not read by itself; <see cref="PictureDecoders.Register"/> makes it
/// known. Threads share it.
/// </summary>
public interface IPictureDecoder
{
    /// <summary>The kinds that it reads: of <see cref="PictureKind.Tiff"/>, <see cref="PictureKind.Heic"/> and
    /// <see cref="PictureKind.Avif"/>.</summary>
    IReadOnlyList<PictureKind> Kinds { get; }

    /// <summary>Reads the header only: nothing of the picture's size is allocated.</summary>
    /// <param name="file">The whole file; belongs to the opened picture.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or of a variant that is not read. Says why.
    /// </exception>
    IOpenPicture Open(byte[] file);
}
