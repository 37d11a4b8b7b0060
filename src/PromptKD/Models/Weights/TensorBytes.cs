namespace PromptKD.Models.Weights;

/// <summary>Moves raw little-endian values between streams and tensors.</summary>
internal static class TensorBytes
{
    // Part of a tensor is handed to the stream as a span, whose length is an int.
    private const long ElementsAtOnce = 1 << 24;

    /// <summary>Reads as many bytes as the tensor has.</summary>
    /// <param name="stream">Positioned at the first value.</param>
    /// <param name="flat">Contiguous on the CPU, [elements].</param>
    /// <exception cref="EndOfStreamException">The stream ends too early.</exception>
    public static void Fill(Stream stream, Tensor flat)
    {
        for (long start = 0; start < flat.shape[0]; start += ElementsAtOnce)
        {
            using Tensor part = flat.narrow(0, start, Math.Min(ElementsAtOnce, flat.shape[0] - start));
            stream.ReadExactly(part.bytes);
        }
    }

    /// <summary>Shows the values as bytes, piece by piece.</summary>
    /// <param name="flat">Contiguous on the CPU, [elements].</param>
    /// <param name="visit">Gets each piece; it is valid during the call only.</param>
    public static void Visit(Tensor flat, Action<ReadOnlySpan<byte>> visit)
    {
        for (long start = 0; start < flat.shape[0]; start += ElementsAtOnce)
        {
            using Tensor part = flat.narrow(0, start, Math.Min(ElementsAtOnce, flat.shape[0] - start));
            visit(part.bytes);
        }
    }
}
