namespace PromptKD.Data.Decoding;

/// <summary>
/// Whether a picture can be read to its end, before anything is learned from it: decoded as it will be, but a JPEG at
/// an eighth of its size, which finds the same damage for a fraction of the work.
/// </summary>
internal static class PictureCheck
{
    /// <summary>Changes where the check does, so that what an earlier one found is not taken for this one's.</summary>
    public const string Version = "1";

    /// <summary>Refuses what cannot be decoded to its end.</summary>
    /// <param name="file">The whole file.</param>
    /// <exception cref="InvalidDataException">It is damaged, cut short, too large, or no picture. Says why.</exception>
    public static void Refuse(ReadOnlySpan<byte> file)
    {
        using PictureDecoder decoder = PictureDecoder.Open(file);
        (int width, int height) = decoder.ReducedSize(minimumScale: 0);
        decoder.Decode(width, height).Dispose();
    }
}
