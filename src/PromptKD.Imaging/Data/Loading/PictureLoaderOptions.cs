using PromptKD.Data.Decoding;

namespace PromptKD.Data.Loading;

/// <summary>How pictures are loaded. None of it changes the numbers, but <see cref="ReducedJpegScale"/>.</summary>
public sealed record PictureLoaderOptions
{
    private const int MostWorkersByDefault = 8;

    /// <summary>
    /// Threads that decode. The default is half of the cores, at least 1 and at most 8: one of them prepares some 400
    /// pictures a second, more than a model trains on beside it, and libtorch uses every core itself.
    /// </summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount / 2, 1, MostWorkersByDefault);

    /// <summary>Batches prepared ahead of the one in use. Memory holds at most these and that one.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>
    /// Whether batches lie in page-locked memory, which a GPU copies faster and while the program goes on. Set it only
    /// where the models compute on one: it takes memory from other programs, and asking for it takes a while. Ignored
    /// without CUDA.
    /// </summary>
    public bool PinMemory { get; init; }

    /// <summary>Whether a picture that cannot be read is an error; else it is skipped and named.</summary>
    public bool Strict { get; init; }

    /// <summary>
    /// Most pixels (width × height) of a picture; larger ones count as unreadable and are never decoded. The default
    /// is Pillow's limit against files that claim to be huge.
    /// </summary>
    public long MaxPixels { get; init; } = DecodingRules.DefaultMaxPixels;

    /// <summary>
    /// Whether large JPEG files are decoded at a half, a quarter or an eighth of their size, if that is still twice
    /// the largest size wanted: three to four times faster on 12-megapixel files, for a mean difference of 0.2 of 255
    /// levels.
    /// </summary>
    public bool ReducedJpegScale { get; init; }
}
