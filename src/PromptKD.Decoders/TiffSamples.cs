using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;

namespace PromptKD.Decoders;

/// <summary>
/// Turns the samples of a TIFF file into red, green and blue, with the results of Pillow's <c>convert("RGB")</c>:
/// colours of 16 bits keep their high byte, grey of more than 8 bits is clipped at 255 unless it is to be scaled, and
/// CMYK is blended without a colour profile.
/// </summary>
internal sealed class TiffSamples
{
    private const int PixelBytes = 4;
    private const int White = 255;

    private readonly TiffLayout _layout;
    private readonly bool _scaleGrey16;
    private readonly ushort[][] _palette;

    /// <summary>Prepares to convert rows.</summary>
    /// <param name="layout">How the file stores its pixels.</param>
    /// <param name="scaleGrey16">Whether grey of 9 to 16 bits is scaled.</param>
    /// <param name="palette">Red, green and blue of its entries, 0–65535; empty where it has none.</param>
    /// <exception cref="InvalidDataException">Pixels of this kind are not read.</exception>
    public TiffSamples(TiffLayout layout, bool scaleGrey16, ushort[][] palette)
    {
        _layout = layout;
        _scaleGrey16 = scaleGrey16;
        _palette = palette;
        bool isKnown = layout.Photometric switch
        {
            Photometric.MINISWHITE or Photometric.MINISBLACK => IsKnownGrey(layout),
            Photometric.PALETTE => layout.Bits is 1 or 2 or 4 or 8 && palette.Length == 3,
            Photometric.RGB or Photometric.YCBCR => layout is { Samples: >= 3, Bits: 8 or 16 } && IsWhole(layout),
            Photometric.SEPARATED => layout is { Samples: >= 4, Bits: 8 or 16 } && IsWhole(layout),
            _ => false,
        };
        if (!isKnown)
        {
            throw new InvalidDataException(
                $"a TIFF picture of {layout.Samples} × {layout.Bits} bits ({layout.Photometric}, {layout.Format}), "
                + "which is not read");
        }
    }

    /// <summary>Converts a row.</summary>
    /// <param name="samples">Pixel by pixel, or plane by plane where they are planar; in the processor's byte order.
    /// </param>
    /// <param name="pixels">[width, 4].</param>
    public void Convert(ReadOnlySpan<byte> samples, Span<byte> pixels)
    {
        for (int column = 0; column < _layout.Width; column++)
        {
            Span<byte> pixel = pixels.Slice(column * PixelBytes, PixelBytes);
            switch (_layout.Photometric)
            {
                case Photometric.PALETTE:
                    FromPalette(Whole(samples, column, 0), pixel);
                    break;
                case Photometric.SEPARATED:
                    FromInks(samples, column, pixel);
                    break;
                case Photometric.RGB or Photometric.YCBCR:
                    FromColours(samples, column, pixel);
                    break;
                default:
                    pixel.Fill(Grey(samples, column));
                    break;
            }
        }
    }

    private static bool IsKnownGrey(TiffLayout layout) => layout.Format switch
    {
        SampleFormat.IEEEFP => layout.Bits == 32,
        SampleFormat.INT => layout.Bits is 16 or 32,
        _ => layout.Bits is 1 or 2 or 4 or 8 or 12 or 16 or 32,
    };

    private static bool IsWhole(TiffLayout layout) => layout.Format is SampleFormat.UINT or SampleFormat.VOID;

    private void FromPalette(int entry, Span<byte> pixel)
    {
        for (int channel = 0; channel < 3; channel++)
        {
            ushort[] levels = _palette[channel];
            pixel[channel] = entry < levels.Length ? (byte)(levels[entry] >> 8) : (byte)0;
        }
    }

    private void FromInks(ReadOnlySpan<byte> samples, int column, Span<byte> pixel)
    {
        int light = White - Level(samples, column, 3);
        for (int channel = 0; channel < 3; channel++)
        {
            // The product of two levels over 255, rounded, as Pillow computes it.
            int product = (Level(samples, column, channel) * light) + 128;
            pixel[channel] = (byte)Math.Max(light - ((product + (product >> 8)) >> 8), 0);
        }
    }

    private void FromColours(ReadOnlySpan<byte> samples, int column, Span<byte> pixel)
    {
        int opacity = _layout is { IsPremultiplied: true, Samples: > 3 } ? Level(samples, column, 3) : White;
        for (int channel = 0; channel < 3; channel++)
        {
            int level = Level(samples, column, channel);
            pixel[channel] = opacity switch
            {
                White => (byte)level,
                0 => 0,
                _ => (byte)Math.Min(level * White / opacity, White),
            };
        }
    }

    private byte Grey(ReadOnlySpan<byte> samples, int column)
    {
        int bits = _layout.Bits;
        if (bits <= 8)
        {
            int level = Whole(samples, column, 0) * White / ((1 << bits) - 1);
            return (byte)(_layout.Photometric == Photometric.MINISWHITE ? White - level : level);
        }

        int place = Place(column, 0);
        if (bits == 32)
        {
            // Of whole numbers and of floating ones alike, Pillow keeps 0–255 and clips the rest.
            return _layout.Format == SampleFormat.IEEEFP
                ? (byte)Math.Clamp(MemoryMarshal.Cast<byte, float>(samples)[place], 0, White)
                : (byte)Math.Clamp(MemoryMarshal.Cast<byte, int>(samples)[place], 0, White);
        }

        bool isSigned = _layout.Format == SampleFormat.INT;
        int value = isSigned ? MemoryMarshal.Cast<byte, short>(samples)[place] : Whole(samples, column, 0);
        int scaled = value >> (bits - (isSigned ? 9 : 8));
        return (byte)Math.Clamp(_scaleGrey16 ? scaled : value, 0, White);
    }

    /// <summary>A sample of 8 or 16 bits as 8.</summary>
    private int Level(ReadOnlySpan<byte> samples, int column, int sample) =>
        Whole(samples, column, sample) >> (_layout.Bits - 8);

    /// <summary>A sample of at most 16 bits.</summary>
    private int Whole(ReadOnlySpan<byte> samples, int column, int sample)
    {
        int place = Place(column, sample);
        switch (_layout.Bits)
        {
            case 8:
                return samples[place];
            case 16:
                return MemoryMarshal.Cast<byte, ushort>(samples)[place];
            default:
                long bit = (long)place * _layout.Bits;
                int start = (int)(bit / 8);
                int two = (samples[start] << 8) | (start + 1 < samples.Length ? samples[start + 1] : 0);
                return (two >> (16 - (int)(bit % 8) - _layout.Bits)) & ((1 << _layout.Bits) - 1);
        }
    }

    private int Place(int column, int sample) =>
        _layout.IsPlanar ? (sample * _layout.Width) + column : (column * _layout.Samples) + sample;
}
