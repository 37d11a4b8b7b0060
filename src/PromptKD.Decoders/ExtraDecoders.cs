using PromptKD.Data.Decoding;

namespace PromptKD.Decoders;

/// <summary>The kinds of pictures that the library does not read by itself: TIFF, HEIC and AVIF.</summary>
public static class ExtraDecoders
{
    /// <summary>Makes them known to the library, for the whole process. A second call changes nothing.</summary>
    /// <remarks>
    /// The first HEIC or AVIF picture sets the limits of ImageMagick's resources, which are those of the process, too.
    /// </remarks>
    public static void Register()
    {
        PictureDecoders.Register(new TiffDecoder());
        PictureDecoders.Register(new HeifDecoder());
    }
}
