using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights;

/// <summary>Reads a table of floats as NumPy's <c>numpy.save</c> writes it.</summary>
internal static partial class NpyArray
{
    private const int MostBytes = 1 << 30;
    private const int StartLength = 8;

    private static readonly byte[] s_start = [0x93, .. "NUMPY"u8];

    /// <param name="path">The file.</param>
    /// <returns>float32, of the array's shape; the caller's.</returns>
    /// <exception cref="PromptKDException">
    /// It cannot be read, is damaged, or holds something else than floats.
    /// </exception>
    public static Tensor Read(string path)
    {
        byte[] bytes = ReadBytes(path);
        if (bytes.Length < StartLength + sizeof(int) || !bytes.AsSpan().StartsWith(s_start))
        {
            throw Damaged(path, "it does not begin as numpy.save begins a file");
        }

        (int first, int length) = bytes[s_start.Length] == 1
            ? (StartLength + sizeof(ushort), BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(StartLength)))
            : (StartLength + sizeof(int), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(StartLength)));
        if (length < 0 || length > bytes.Length - first)
        {
            throw Damaged(path, "its header is cut short");
        }

        string header = Encoding.Latin1.GetString(bytes, first, length);
        ScalarType type = TypePattern().Match(header).Groups[1].Value switch
        {
            "<f4" => ScalarType.Float32,
            "<f8" => ScalarType.Float64,
            "<f2" => ScalarType.Float16,
            string other => throw Damaged(
                path, $"its numbers are '{Printable.Line(other)}', expected '<f4', '<f8' or '<f2'"),
        };
        long[] shape = ReadShape(path, header);
        return Fill(
            path,
            bytes.AsSpan(first + length),
            type,
            shape,
            isByColumn: OrderPattern().Match(header).Groups[1].Value == "True");
    }

    private static Tensor Fill(string path, ReadOnlySpan<byte> values, ScalarType type, long[] shape, bool isByColumn)
    {
        using DisposeScope scope = NewDisposeScope();
        long count = shape.Aggregate(1L, (product, size) => product * size);
        Tensor flat = empty(0, type);
        if (count * flat.element_size() != values.Length)
        {
            throw Damaged(path, $"it holds {values.Length} bytes of numbers, but its shape is {ShapeText.Of(shape)}");
        }

        flat = empty(count, type);
        values.CopyTo(flat.bytes);
        Tensor table = isByColumn ? flat.view([.. shape.Reverse()]).t() : flat.view(shape);
        return table.to(ScalarType.Float32, copy: true).contiguous().MoveToOuterDisposeScope();
    }

    private static long[] ReadShape(string path, string header)
    {
        string[] sizes = ShapePattern().Match(header).Groups[1].Value.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        long[] shape = [.. sizes.Select(text =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size)
                && size is > 0 and < MostBytes
                    ? size
                    : -1)];
        return shape.Length == 2 && shape.All(size => size > 0)
            ? shape
            : throw Damaged(
                path, $"its shape is ({Printable.Line(string.Join(", ", sizes))}), expected (classes, width)");
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            return RegularFile.Explain(path, file => BoundedBytes.ReadFile(file, MostBytes));
        }
        catch (InvalidDataException error)
        {
            throw Damaged(path, error.Message.TrimEnd('.'));
        }
    }

    private static PromptKDException Damaged(string path, string what) =>
        new($"{path}: {what}. Write it with numpy.save, float32 [classes, width].");

    [GeneratedRegex("'descr': *'([^']*)'")]
    private static partial Regex TypePattern();

    [GeneratedRegex("'fortran_order': *(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex("'shape': *\\(([^)]*)\\)")]
    private static partial Regex ShapePattern();
}
