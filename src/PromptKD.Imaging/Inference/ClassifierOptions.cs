using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace PromptKD.Inference;

/// <summary>
/// How a classifier works, whatever computes it. The defaults change nothing of the process that it works in.
/// </summary>
public record ClassifierOptions
{
    /// <summary>
    /// Whether pictures are turned as their EXIF orientation says; null for what the student was trained on. Decoded
    /// pixels are never turned.
    /// </summary>
    public bool? Upright { get; init; }

    /// <summary>
    /// Most pixels (width × height) of a picture; a larger one is refused before it is decoded. One picture takes up to
    /// 4 bytes a pixel while it is decoded, 256 MB at the default of 64 million.
    /// </summary>
    public long MaxPixels { get; init; } = 64_000_000;

    /// <summary>
    /// Most bytes of a picture's file, on disk, in memory or from a stream; a larger one is refused. 64 MiB by default.
    /// </summary>
    public int MaxBytes { get; init; } = 64 << 20;

    /// <summary>Most pictures that are computed at once, where there are several.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>
    /// How long the first of several callers waits for others at most, so that their pictures are computed at once;
    /// zero, the default, to compute each by itself. Nobody waits where all are there whose pictures are being read,
    /// and as many as were computed last: a single caller waits once. What a picture is computed with may change its
    /// probabilities by 1e-6.
    /// </summary>
    public TimeSpan GatherFor { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// Is told what is loaded, what is computed otherwise than asked for, and each batch that is gathered.
    /// </summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Refuses what cannot be meant.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not positive, or a time is negative.</exception>
    internal virtual void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxPixels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(BatchSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(GatherFor, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(Logger);
    }
}
