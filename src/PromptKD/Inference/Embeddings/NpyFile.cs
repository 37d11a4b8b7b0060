using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using PromptKD.Runtime;

namespace PromptKD.Inference.Embeddings;

/// <summary>
/// Writes a table of numbers as NumPy's <c>numpy.save</c> does: format version 1.0, float32, row by row.
/// </summary>
internal static class NpyFile
{
    private const int Alignment = 64;
    private const int LengthBytes = 2;

    private static readonly byte[] s_start = [0x93, .. "NUMPY"u8, 1, 0];

    /// <param name="path">The file.</param>
    /// <param name="rows">Each of the same width.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <exception cref="PromptKDException">It cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<float[]> rows, int width) => WholeFile.Write(path, stream =>
    {
        string order = BitConverter.IsLittleEndian ? "<" : ">";
        string header = string.Create(
            CultureInfo.InvariantCulture,
            $"{{'descr': '{order}f4', 'fortran_order': False, 'shape': ({rows.Count}, {width}), }}");

        // The numbers begin at a multiple of 64 bytes: blanks and a line break fill up to there.
        int before = s_start.Length + LengthBytes;
        int length = ((before + header.Length + 1 + Alignment - 1) / Alignment * Alignment) - before;
        Span<byte> size = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteUInt16LittleEndian(size, (ushort)length);
        stream.Write(s_start);
        stream.Write(size);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
        foreach (float[] row in rows)
        {
            stream.Write(MemoryMarshal.AsBytes<float>(row));
        }
    });
}
