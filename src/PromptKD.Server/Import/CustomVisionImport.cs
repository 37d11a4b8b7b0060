using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using SkiaSharp;

namespace PromptKD.Server.Import;

/// <summary>Turns a project of Azure Custom Vision into class folders, for <c>teach</c> and <c>evaluate</c>.</summary>
public static class CustomVisionImport
{
    /// <summary>Writes class folders: pictures by their tag, and each region as a picture of its own.</summary>
    /// <param name="export">The folder of the project's pictures and of what GetTaggedImages says of them.</param>
    /// <param name="output">A new folder, which is there whole or not at all.</param>
    /// <param name="left">Is told what is left out, and why.</param>
    /// <param name="cancellationToken">Stops between pictures.</param>
    /// <exception cref="PromptKDException">The export cannot be read, or nothing of it becomes a picture.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ImportedPictures Run(
        string export, string output, Action<string>? left = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(export);
        ArgumentException.ThrowIfNullOrEmpty(output);
        IReadOnlyList<ExportedImage> images = CustomVisionExport.Read(export);
        var written = new Dictionary<string, int>(StringComparer.Ordinal);
        WholeFolder.Create(output, folder =>
        {
            foreach (ExportedImage image in images)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Take(export, folder, image, written) is { } reason)
                {
                    left?.Invoke($"{image.Id}: {reason}");
                }
            }

            if (written.Count == 0)
            {
                throw new PromptKDException(
                    $"{export}: no picture of its {images.Count} has one tag or a region, and a file.");
            }
        });
        return new ImportedPictures(written.Count, written.Values.Sum());
    }

    // Why a picture is left out; null where it is not.
    private static string? Take(string export, string folder, ExportedImage image, Dictionary<string, int> written)
    {
        if (CustomVisionExport.Find(export, image) is not { } path)
        {
            return "no file is called as its id or as the end of its address";
        }

        byte[] file = RegularFile.Explain(path, RegularFile.ReadAllBytes);
        if (image.Regions is { Count: > 0 } regions)
        {
            return TakeRegions(folder, image, regions, file, written);
        }

        string[] tags = [.. (image.Tags ?? []).Select(tag => tag.TagName).Distinct(StringComparer.Ordinal)];
        if (tags is not [var only])
        {
            return tags.Length == 0
                ? "it has no tag"
                : $"it has {tags.Length} tags, and a picture lies in one class folder";
        }

        Write(folder, only, $"{image.Id:N}{Path.GetExtension(path).ToLowerInvariant()}", file, written);
        return null;
    }

    private static string? TakeRegions(
        string folder, ExportedImage image, IReadOnlyList<ExportedRegion> regions, byte[] file,
        Dictionary<string, int> written)
    {
        try
        {
            using PictureDecoder decoder = PictureDecoder.Open(file, DecodingRules.ForPeople);
            using PixelBuffer pixels = decoder.Decode();
            for (int place = 0; place < regions.Count; place++)
            {
                if (Cut(pixels, regions[place]) is not { } cut)
                {
                    return $"region {place} lies outside of it";
                }

                Write(folder, regions[place].TagName, $"{image.Id:N}-{place}.png", cut, written);
            }

            return null;
        }
        catch (InvalidDataException error)
        {
            return error.Message;
        }
    }

    private static byte[]? Cut(PixelBuffer pixels, ExportedRegion region)
    {
        int left = Place(region.Left, pixels.Width), right = Place(region.Left + region.Width, pixels.Width);
        int top = Place(region.Top, pixels.Height), bottom = Place(region.Top + region.Height, pixels.Height);
        if (right <= left || bottom <= top)
        {
            return null;
        }

        using var bitmap = new SKBitmap(right - left, bottom - top, SKColorType.Rgba8888, SKAlphaType.Opaque);
        Span<byte> target = bitmap.GetPixelSpan();
        int bytes = (right - left) * PixelBuffer.PixelBytes;
        for (int row = top; row < bottom; row++)
        {
            pixels.Bytes.Slice((row * pixels.RowBytes) + (left * PixelBuffer.PixelBytes), bytes)
                .CopyTo(target[((row - top) * bitmap.RowBytes)..]);
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }

    private static int Place(double fraction, int side) =>
        double.IsFinite(fraction) ? (int)Math.Round(Math.Clamp(fraction, 0, 1) * side) : 0;

    private static void Write(string folder, string tag, string name, byte[] file, Dictionary<string, int> written)
    {
        WholeFile.Write(Path.Combine(folder, FolderName.Of(tag), name), stream => stream.Write(file));
        written[tag] = written.GetValueOrDefault(tag) + 1;
    }
}

/// <summary>What an import wrote.</summary>
/// <param name="Classes">Folders.</param>
/// <param name="Pictures">In all of them.</param>
public sealed record ImportedPictures(int Classes, int Pictures);
