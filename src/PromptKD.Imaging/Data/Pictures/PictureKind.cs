namespace PromptKD.Data.Pictures;

/// <summary>What a file holds, by its content.</summary>
public enum PictureKind
{
    /// <summary>No picture, or of no kind that is known here.</summary>
    Other,

    /// <summary>JPEG, in whatever wrapping: JFIF, EXIF, MPO.</summary>
    Jpeg,

    /// <summary>PNG, also animated.</summary>
    Png,

    /// <summary>GIF.</summary>
    Gif,

    /// <summary>Windows' bitmap.</summary>
    Bmp,

    /// <summary>WebP.</summary>
    WebP,

    /// <summary>TIFF, also BigTIFF.</summary>
    Tiff,

    /// <summary>HEIF with HEVC inside, as phones write it.</summary>
    Heic,

    /// <summary>HEIF with AV1 inside.</summary>
    Avif,
}
