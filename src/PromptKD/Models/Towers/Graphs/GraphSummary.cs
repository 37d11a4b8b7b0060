using Google.Protobuf;
using Onnx;
using PromptKD.Runtime;

namespace PromptKD.Models.Towers.Graphs;

/// <summary>
/// What an ONNX file takes and gives, and which files of constants it has beside it. Its own constants are passed over,
/// whatever their size: the file is not read into memory.
/// </summary>
/// <param name="Source">The file, for messages.</param>
/// <param name="Inputs">What it takes; constants with a name of their own are none.</param>
/// <param name="Outputs">What it gives.</param>
/// <param name="Beside">Names of the files of constants, relative to its folder.</param>
internal sealed record GraphSummary(
    string Source, IReadOnlyList<GraphValue> Inputs, IReadOnlyList<GraphValue> Outputs, IReadOnlyList<string> Beside)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="PromptKDException">It cannot be read, is no graph, or points to files elsewhere.</exception>
    public static GraphSummary Read(string path) => RegularFile.Explain(path, file =>
    {
        using FileStream stream = RegularFile.Open(file);
        return Read(stream, path);
    });

    /// <summary>Reads a file that is in memory.</summary>
    /// <param name="model">The whole file.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="PromptKDException">As of a file.</exception>
    public static GraphSummary Read(byte[] model, string source)
    {
        using var stream = new MemoryStream(model, writable: false);
        return Read(stream, source);
    }

    private static GraphSummary Read(Stream stream, string source)
    {
        var found = new Findings();
        try
        {
            var input = new CodedInputStream(stream, leaveOpen: true);
            ReadFields(input, stream.Length, field =>
            {
                if (field != ModelProto.GraphFieldNumber)
                {
                    return false;
                }

                found.Graphs++;
                ReadGraph(input, found);
                return true;
            });
        }
        catch (InvalidProtocolBufferException error)
        {
            throw NoGraph(source, error);
        }

        if (found.Graphs != 1 || found.Outputs.Count == 0)
        {
            throw NoGraph(source);
        }

        return new GraphSummary(
            source,
            [.. found.Inputs.Where(value => !found.Constants.Contains(value.Name))],
            found.Outputs,
            [.. found.Beside.Order(StringComparer.Ordinal).Select(
                name => IsPlainName(name) ? name : throw Elsewhere(source, name))]);
    }

    private static void ReadGraph(CodedInputStream input, Findings found) => ReadMessage(input, field =>
    {
        switch (field)
        {
            case GraphProto.InitializerFieldNumber:
                ReadConstant(input, found);
                return true;
            case GraphProto.InputFieldNumber:
                found.Inputs.Add(ReadValue(input));
                return true;
            case GraphProto.OutputFieldNumber:
                found.Outputs.Add(ReadValue(input));
                return true;
            default:
                return false;
        }
    });

    private static void ReadConstant(CodedInputStream input, Findings found) => ReadMessage(input, field =>
    {
        switch (field)
        {
            case TensorProto.NameFieldNumber:
                found.Constants.Add(input.ReadString());
                return true;
            case TensorProto.ExternalDataFieldNumber:
                var entry = new StringStringEntryProto();
                input.ReadMessage(entry);
                if (entry.Key == "location")
                {
                    found.Beside.Add(entry.Value);
                }

                return true;
            default:
                return false;
        }
    });

    private static GraphValue ReadValue(CodedInputStream input)
    {
        var value = new ValueInfoProto();
        input.ReadMessage(value);
        return GraphValue.Of(value);
    }

    private static void ReadMessage(CodedInputStream input, Func<int, bool> take)
    {
        int length = input.ReadLength();
        ReadFields(input, input.Position + length, take);
    }

    // What is not taken is passed over: constants of gigabytes, too.
    private static void ReadFields(CodedInputStream input, long end, Func<int, bool> take)
    {
        while (input.Position < end)
        {
            uint tag = input.ReadTag();
            if (tag == 0)
            {
                return;
            }

            bool isTaken = WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited
                && take(WireFormat.GetTagFieldNumber(tag));
            if (!isTaken)
            {
                input.SkipLastField();
            }
        }
    }

    // Names with a path would reach out of the folder that the user gave.
    private static bool IsPlainName(string name) =>
        name.Length > 0
            && name is not ("." or "..") && !name.AsSpan().ContainsAny('/', '\\') && !Path.IsPathRooted(name);

    private static PromptKDException Elsewhere(string source, string name) => new(
        $"{source}: its constants are in '{Printable.Line(name)}', which is no file beside it. Only files of its own "
        + "folder are read.");

    private static PromptKDException NoGraph(string source, Exception? error = null) => new(
        $"{source}: not an ONNX file, or damaged: no graph with outputs was found in it. Copy or export it "
        + "again.", error);

    private sealed class Findings
    {
        public int Graphs { get; set; }

        public List<GraphValue> Inputs { get; } = [];

        public List<GraphValue> Outputs { get; } = [];

        public HashSet<string> Constants { get; } = [];

        public HashSet<string> Beside { get; } = [];
    }
}
