using System.Text;

namespace PromptKD.Data.Datasets;

/// <summary>Reads the data elements that make up one array of a MATLAB file.</summary>
internal static class MatArrayReader
{
    // Kinds of arrays, as the format numbers them.
    private const int Cell = 1;
    private const int Structure = 2;
    private const int Characters = 4;
    private const int FirstNumeric = 6;
    private const int LastNumeric = 15;

    // Arrays within arrays; labels need three.
    private const int DeepestNesting = 32;

    /// <param name="data">The content of an element of type Matrix.</param>
    /// <param name="depth">How many arrays it lies in.</param>
    /// <exception cref="InvalidDataException">The elements are not those of an array.</exception>
    public static (string Name, MatArray Array) Read(ReadOnlyMemory<byte> data, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new InvalidDataException($"arrays lie more than {DeepestNesting} deep in one another.");
        }

        var input = new MatInput(data);
        double[] flags = input.Next().Numbers();
        int kind = flags.Length > 0 ? (int)((uint)flags[0] & 0xff) : 0;
        double[] shape = input.Next().Numbers();
        string name = Encoding.ASCII.GetString(input.Next().Data.Span);
        return (name, ReadContent(input, kind, shape, depth));
    }

    private static MatArray ReadContent(MatInput input, int kind, double[] shape, int depth) => kind switch
    {
        Cell => new MatArray { Cells = ReadArrays(input, Count(shape), depth) },
        Structure => new MatArray { Structures = ReadStructures(input, Count(shape), depth) },
        Characters => new MatArray { Text = input.IsAtEnd ? "" : input.Next().Text() },
        >= FirstNumeric and <= LastNumeric => new MatArray { Numbers = input.IsAtEnd ? [] : input.Next().Numbers() },
        _ => MatArray.Empty,
    };

    private static long Count(double[] shape)
    {
        double count = shape.Aggregate(1.0, (product, length) => product * length);
        return count is >= 0 and <= int.MaxValue
            ? (long)count
            : throw new InvalidDataException($"an array says that it has {count} elements.");
    }

    private static List<MatArray> ReadArrays(MatInput input, long count, int depth)
    {
        // The list grows with what is there, not with what the file promises.
        List<MatArray> arrays = [];
        for (long i = 0; i < count; i++)
        {
            MatElement element = input.Next();
            if (element.Type != MatElementType.Matrix)
            {
                throw new InvalidDataException($"a data element of type {(int)element.Type} where an array belongs.");
            }

            arrays.Add(element.Data.Length == 0 ? MatArray.Empty : Read(element.Data, depth + 1).Array);
        }

        return arrays;
    }

    private static List<IReadOnlyDictionary<string, MatArray>> ReadStructures(MatInput input, long count, int depth)
    {
        double[] nameLength = input.Next().Numbers();
        ReadOnlyMemory<byte> names = input.Next().Data;
        if (nameLength is not [>= 1] || names.Length % (int)nameLength[0] != 0)
        {
            throw new InvalidDataException("the names of a structure's fields cannot be read.");
        }

        string[] fields =
        [
            .. Enumerable.Range(0, names.Length / (int)nameLength[0])
                .Select(i => names.Slice(i * (int)nameLength[0], (int)nameLength[0]))
                .Select(name => Encoding.ASCII.GetString(name.Span).TrimEnd('\0')),
        ];
        List<IReadOnlyDictionary<string, MatArray>> structures = [];
        for (long i = 0; i < count && fields.Length > 0; i++)
        {
            List<MatArray> values = ReadArrays(input, fields.Length, depth);
            structures.Add(fields.Zip(values).DistinctBy(pair => pair.First).ToDictionary());
        }

        return structures;
    }
}
