using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace PromptKD.Data.Pictures;

/// <summary>Tells sets of pictures apart: by relative path, size and content of each, in order.</summary>
internal static class PictureDigest
{
    /// <param name="root">The folder or shard that paths are taken relative to.</param>
    /// <param name="items">The pictures.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <returns>SHA-256 over one line a picture (path with '/', bytes, SHA-256 of the content), in hexadecimal.</returns>
    /// <exception cref="PromptKDException">A file cannot be read.</exception>
    public static string Compute(string root, IReadOnlyList<PictureItem> items, CancellationToken cancellation)
    {
        string[] lines = new string[items.Count];
        Parallel.ForEach(
            Partitioner.Create(0, Math.Max(1, items.Count)),
            new ParallelOptions { CancellationToken = cancellation },
            range =>
            {
                for (int index = range.Item1; index < Math.Min(range.Item2, items.Count); index++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    lines[index] = Describe(root, items[index]);
                }
            });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    private static string Describe(string root, PictureItem item)
    {
        try
        {
            string content = item.Bytes.Use(
                bytes => $"{bytes.Length}\t{Convert.ToHexStringLower(SHA256.HashData(bytes))}");
            return $"{Path.GetRelativePath(root, item.Path).Replace('\\', '/')}\t{content}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new PromptKDException($"{item.Path}: cannot be read: {error.Message}", error);
        }
    }
}
