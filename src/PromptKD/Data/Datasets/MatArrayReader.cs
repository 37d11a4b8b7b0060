using System.Text;

namespace PromptKD.Data.Datasets;

/// <summary>Reads the data elements that make up one array of a MATLAB file.</summary>
/// <param name="budget">Is asked for the memory of everything that is made.</param>
internal sealed class MatArrayReader(MatBudget budget)
{
    // Kinds of arrays, as the format numbers them.
    private const int Cell = 1;
    private const int Structure = 2;
    private const int Characters = 4;
    private const int FirstNumeric = 6;
    private const int LastNumeric = 15;

    // What objects take beside their contents, bytes, roughly.
    private const int ArrayBytes = 96;
    private const int StructureBytes = 200;
    private const int FieldBytes = 40;

    // Arrays within arrays; labels need three.
    private const int DeepestNesting = 32;

    /// <param name="data">The content of an element of type Matrix.</param>
    /// <param name="depth">How many arrays it lies in.</param>
    /// <exception cref="InvalidDataException">The elements are not those of an array.</exception>
    public (string Name, MatArray Array) Read(ReadOnlyMemory<byte> data, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new InvalidDataException($"arrays lie more than {DeepestNesting} deep in one another.");
        }

        budget.Take(ArrayBytes);
        var input = new MatInput(data);
        double[] flags = Numbers(input.Next());
        int kind = flags.Length > 0 ? (int)((uint)flags[0] & 0xff) : 0;
        double[] shape = Numbers(input.Next());
        string name = Encoding.ASCII.GetString(input.Next().Data.Span);
        return (name, ReadContent(input, kind, shape, depth));
    }

    private MatArray ReadContent(MatInput input, int kind, double[] shape, int depth) => kind switch
    {
        Cell => new MatArray { Cells = ReadArrays(input, Count(shape), depth) },
        Structure => new MatArray { Structures = ReadStructures(input, Count(shape), depth) },
        Characters => new MatArray { Text = input.IsAtEnd ? "" : Letters(input.Next()) },
        >= FirstNumeric and <= LastNumeric => new MatArray { Numbers = input.IsAtEnd ? [] : Numbers(input.Next()) },
        _ => MatArray.Empty,
    };

    private double[] Numbers(MatElement element)
    {
        // At most a number for each byte.
        budget.Take((long)element.Data.Length * sizeof(double));
        return element.Numbers();
    }

    private string Letters(MatElement element)
    {
        budget.Take((long)element.Data.Length * sizeof(char));
        return element.Text();
    }

    private static long Count(double[] shape)
    {
        double count = shape.Aggregate(1.0, (product, length) => product * length);
        return count is >= 0 and <= int.MaxValue
            ? (long)count
            : throw new InvalidDataException($"an array says that it has {count} elements.");
    }

    private List<MatArray> ReadArrays(MatInput input, long count, int depth)
    {
        // The list grows with what is there, not with what the file promises.
        List<MatArray> arrays = [];
        for (long i = 0; i < count; i++)
        {
            budget.Take(sizeof(long));
            MatElement element = input.Next();
            if (element.Type != MatElementType.Matrix)
            {
                throw new InvalidDataException($"a data element of type {(int)element.Type} where an array belongs.");
            }

            arrays.Add(element.Data.Length == 0 ? MatArray.Empty : Read(element.Data, depth + 1).Array);
        }

        return arrays;
    }

    private List<IReadOnlyDictionary<string, MatArray>> ReadStructures(MatInput input, long count, int depth)
    {
        double[] nameLength = Numbers(input.Next());
        ReadOnlyMemory<byte> names = input.Next().Data;
        if (nameLength is not [>= 1 and <= int.MaxValue] || names.Length % (int)nameLength[0] != 0)
        {
            throw new InvalidDataException("the names of a structure's fields cannot be read.");
        }

        budget.Take((long)names.Length * sizeof(char));
        budget.Take((long)(names.Length / (int)nameLength[0]) * FieldBytes);
        string[] fields =
        [
            .. Enumerable.Range(0, names.Length / (int)nameLength[0])
                .Select(i => names.Slice(i * (int)nameLength[0], (int)nameLength[0]))
                .Select(name => Encoding.ASCII.GetString(name.Span).TrimEnd('\0')),
        ];
        List<IReadOnlyDictionary<string, MatArray>> structures = [];
        for (long i = 0; i < count && fields.Length > 0; i++)
        {
            budget.Take(StructureBytes + ((long)fields.Length * FieldBytes));
            List<MatArray> values = ReadArrays(input, fields.Length, depth);
            structures.Add(fields.Zip(values).DistinctBy(pair => pair.First).ToDictionary());
        }

        return structures;
    }
}
