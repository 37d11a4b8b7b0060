using System.Buffers;
using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>The bytes of a file, or of a part of it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offset">Where the part begins, bytes.</param>
/// <param name="Length">How long it is, bytes; null to the end of the file.</param>
internal sealed record FileBytes(string Path, long Offset = 0, long? Length = null) : IPictureBytes
{
    /// <inheritdoc/>
    public TResult Use<TResult>(Func<ReadOnlySpan<byte>, TResult> use)
    {
        using FileStream stream = RegularFile.Open(Path, bufferSize: 0);
        long wanted = Length ?? (stream.Length - Offset);
        if (wanted > Array.MaxLength)
        {
            throw new InvalidDataException($"a file of {wanted} bytes does not fit in memory");
        }

        byte[] file = ArrayPool<byte>.Shared.Rent((int)wanted);
        try
        {
            stream.Position = Offset;
            int length = stream.ReadAtLeast(file.AsSpan(0, (int)wanted), (int)wanted, throwOnEndOfStream: false);
            return use(file.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(file);
        }
    }
}
