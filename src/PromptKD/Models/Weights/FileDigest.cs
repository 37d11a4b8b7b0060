using System.Security.Cryptography;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights;

/// <summary>Tells files apart by their content.</summary>
internal static class FileDigest
{
    /// <summary>SHA-256 of the files one after another, read in parts.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="memory">Knows digests of files that have not changed, and learns the others; may be null.</param>
    /// <param name="stop">Stops between parts.</param>
    /// <returns>64 lower-case hexadecimal digits: what <c>cat FILES | sha256sum</c> prints.</returns>
    /// <exception cref="PromptKDException">A file cannot be read.</exception>
    public static string Sha256(
        IEnumerable<string> paths, DigestMemory? memory = null, CancellationToken stop = default)
    {
        string[] files = [.. paths];
        memory?.Watched.Add(files);

        // The digest of several files is remembered once for each of them: all have to be as they were.
        string others = files.Length > 1 ? $"#{OfText(string.Join('\n', files.Select(Path.GetFullPath)))}" : "";
        string?[] known = [.. files.Select(file => memory?.Find(file, file + others))];
        if (known is [{ Length: 64 } digest, ..] && known.All(one => one == digest))
        {
            return digest;
        }

        digest = Read(files, stop);
        foreach (string file in files)
        {
            memory?.Remember(file, digest, file + others);
        }

        return digest;
    }

    /// <summary>SHA-256 of a text in UTF-8, in hexadecimal.</summary>
    public static string OfText(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private static string Read(IEnumerable<string> paths, CancellationToken stop)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 20];
        foreach (string path in paths)
        {
            try
            {
                using var stream = RegularFile.Open(path, bufferSize: 1);
                for (int count = stream.Read(buffer); count > 0; count = stream.Read(buffer))
                {
                    stop.ThrowIfCancellationRequested();
                    hash.AppendData(buffer, 0, count);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new PromptKDException($"{path}: cannot be read: {RegularFile.ReasonOf(error)}", error);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
