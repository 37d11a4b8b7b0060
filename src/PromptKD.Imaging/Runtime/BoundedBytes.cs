namespace PromptKD.Runtime;

/// <summary>
/// Reads what may be larger than it can be meant to: as far as a limit, and then not a byte more. A small file can
/// unpack to any size, and a large one may be another than it is taken for.
/// </summary>
internal static class BoundedBytes
{
    private const int BlockBytes = 1 << 16;

    /// <summary>All of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">The most bytes that are accepted.</param>
    /// <exception cref="InvalidDataException">It is larger.</exception>
    /// <exception cref="IOException">As <see cref="RegularFile.Open"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">As <see cref="RegularFile.Open"/>.</exception>
    public static byte[] ReadFile(string path, long most)
    {
        using FileStream file = RegularFile.Open(path, bufferSize: 0);
        if (file.Length > most)
        {
            throw new InvalidDataException($"{file.Length} bytes, where at most {most} can be meant");
        }

        byte[] bytes = new byte[file.Length];
        int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return count == bytes.Length ? bytes : bytes[..count];
    }

    /// <summary>All that comes out of a stream that unpacks.</summary>
    /// <param name="unpacking">The stream.</param>
    /// <param name="most">The most bytes that are accepted.</param>
    /// <exception cref="InvalidDataException">More come out; or they are damaged.</exception>
    public static byte[] Unpack(Stream unpacking, long most)
    {
        using var unpacked = new MemoryStream();
        byte[] block = new byte[BlockBytes];
        for (int count = unpacking.Read(block); count > 0; count = unpacking.Read(block))
        {
            if (unpacked.Length + count > most)
            {
                throw new InvalidDataException($"it unpacks to more than {most} bytes");
            }

            unpacked.Write(block, 0, count);
        }

        return unpacked.ToArray();
    }
}
