using System.Security.Cryptography;

namespace PromptKD.Models.Weights;

/// <summary>Tells files apart by their content.</summary>
internal static class FileDigest
{
    /// <summary>SHA-256 of the files one after another, read in parts.</summary>
    /// <returns>64 lower-case hexadecimal digits: what <c>cat FILES | sha256sum</c> prints.</returns>
    /// <exception cref="PromptKDException">A file cannot be read.</exception>
    public static string Sha256(IEnumerable<string> paths)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 20];
        foreach (string path in paths)
        {
            try
            {
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
                for (int count = stream.Read(buffer); count > 0; count = stream.Read(buffer))
                {
                    hash.AppendData(buffer, 0, count);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new PromptKDException($"{path}: cannot be read: {error.Message}", error);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 of a text in UTF-8, in hexadecimal.</summary>
    public static string OfText(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
}
