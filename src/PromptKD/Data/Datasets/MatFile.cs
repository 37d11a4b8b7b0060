using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using PromptKD.Runtime;

namespace PromptKD.Data.Datasets;

/// <summary>
/// Reads MATLAB files of version 5 (what MATLAB's <c>save -v6</c> and <c>-v7</c> write), as MathWorks' "MAT-File
/// Format" describes them: numbers, letters, cells and structures, also compressed ones, little-endian. Other arrays
/// are read as empty ones.
/// </summary>
internal static class MatFile
{
    private const long LargestFile = 256 << 20;
    private const int HeaderLength = 128;
    private const int VersionOffset = 124;
    private const int Version5 = 0x0100;
    private const string LittleEndian = "IM";

    /// <summary>Reads the arrays of a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its arrays by their names.</returns>
    /// <exception cref="PromptKDException">The file cannot be read, is damaged, or is of another version.</exception>
    public static IReadOnlyDictionary<string, MatArray> Read(string path)
    {
        try
        {
            return Read(BoundedBytes.ReadFile(path, LargestFile));
        }
        catch (InvalidDataException error)
        {
            throw new PromptKDException($"'{path}' cannot be used: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PromptKDException($"Cannot read '{path}': {error.Message}", error);
        }
    }

    private static Dictionary<string, MatArray> Read(byte[] file)
    {
        if (file.Length < HeaderLength || Encoding.ASCII.GetString(file, HeaderLength - 2, 2) != LittleEndian)
        {
            throw new InvalidDataException("it is no MATLAB file of version 5, little-endian. Save it with -v7.");
        }

        int version = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(VersionOffset));
        if (version != Version5)
        {
            throw new InvalidDataException($"its version is 0x{version:x4}, expected 0x0100. Save it with -v7.");
        }

        var budget = new MatBudget();
        var arrays = new Dictionary<string, MatArray>(StringComparer.Ordinal);
        var input = new MatInput(file.AsMemory(HeaderLength));
        while (!input.IsAtEnd)
        {
            MatElement element = input.Next();
            if (element.Type == MatElementType.Compressed)
            {
                element = new MatInput(Inflate(element.Data, budget)).Next();
            }

            if (element.Type == MatElementType.Matrix && element.Data.Length > 0)
            {
                (string name, MatArray array) = new MatArrayReader(budget).Read(element.Data, depth: 0);
                arrays[name] = array;
            }
        }

        return arrays;
    }

    private static byte[] Inflate(ReadOnlyMemory<byte> data, MatBudget budget)
    {
        using var source = new ZLibStream(new MemoryStream(data.ToArray()), CompressionMode.Decompress);
        byte[] unpacked = BoundedBytes.Unpack(source, budget.Left);
        budget.Take(unpacked.Length);
        return unpacked;
    }
}
