using BitMiracle.LibTiff.Classic;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;

namespace PromptKD.Decoders;

/// <summary>Reads TIFF files with LibTiff.NET, which is libtiff in C#: no damaged file reaches native code.</summary>
internal sealed class TiffDecoder : IPictureDecoder
{
    /// <summary>Makes the library's messages those of exceptions, not lines on the console.</summary>
    public TiffDecoder()
    {
        Tiff.SetErrorHandler(new SilentHandler());
    }

    /// <inheritdoc/>
    public IReadOnlyList<PictureKind> Kinds { get; } = [PictureKind.Tiff];

    /// <inheritdoc/>
    public IOpenPicture Open(byte[] file) => TiffPicture.Open(file);

    private sealed class SilentHandler : TiffErrorHandler
    {
        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
        }

        public override void ErrorHandlerExt(
            Tiff tif, object clientData, string method, string format, params object[] args)
        {
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
        }

        public override void WarningHandlerExt(
            Tiff tif, object clientData, string method, string format, params object[] args)
        {
        }
    }
}
