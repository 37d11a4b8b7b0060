using Google.Protobuf;
using Onnx;

namespace PromptKD.Export.Onnx;

/// <summary>
/// A graph while it is put together: operators, each under the name of what it gives, and constants. Values are known
/// by name.
/// </summary>
/// <remarks>
/// Operators are ONNX's own of <see cref="Opset"/>, in the shapes that ONNX Runtime fuses: LayerNormalization as one,
/// both GELUs, the transpositions of attention.
/// </remarks>
internal sealed class OnnxGraph
{
    /// <summary>The set of operators: that of ONNX 1.12 (June 2022), which ONNX Runtime reads since 1.12.</summary>
    public const int Opset = 17;

    /// <summary>The version of the file format that came with it.</summary>
    public const int IrVersion = 8;

    /// <summary>What operators call 32-bit floats.</summary>
    public const long Float = (long)TensorProto.Types.DataType.Float;

    /// <summary>What operators call 16-bit floats.</summary>
    public const long Half = (long)TensorProto.Types.DataType.Float16;

    private readonly GraphProto _graph = new() { Name = "promptkd" };
    private readonly Dictionary<string, int> _names = [];
    private readonly List<OperatorSetIdProto> _others = [];
    private long _irVersion = IrVersion;

    /// <summary>
    /// Whether weights and numbers that are added from now on are 16-bit floats; else they are of 32 bits.
    /// </summary>
    public bool IsHalf { get; set; }

    /// <summary>The set of operators: that of a graph that was taken in, where there is one.</summary>
    public long OperatorSet { get; private set; } = Opset;

    /// <summary>Declares an input whose first axis is the batch, of any size.</summary>
    /// <param name="name">Of the value.</param>
    /// <param name="type">Of its elements.</param>
    /// <param name="axes">The sizes of the other axes.</param>
    /// <returns><paramref name="name"/>.</returns>
    public string Input(string name, TensorProto.Types.DataType type, params IReadOnlyList<long> axes)
    {
        _graph.Input.Add(Describe(Free(name), type, axes));
        return name;
    }

    /// <summary>Declares an input whose first two axes are of any size: the batch, and one with a name.</summary>
    /// <param name="name">Of the value.</param>
    /// <param name="type">Of its elements.</param>
    /// <param name="axis">What the second axis is called.</param>
    /// <returns><paramref name="name"/>.</returns>
    public string Input(string name, TensorProto.Types.DataType type, string axis)
    {
        ValueInfoProto value = Describe(Free(name), type, []);
        value.Type.TensorType.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = axis });
        _graph.Input.Add(value);
        return name;
    }

    /// <summary>Declares that a value is an output, float32, whose first axis is the batch.</summary>
    /// <param name="name">Of the value.</param>
    /// <param name="axes">The sizes of the other axes.</param>
    public void Output(string name, params IReadOnlyList<long> axes) =>
        _graph.Output.Add(Describe(name, TensorProto.Types.DataType.Float, axes));

    /// <summary>Declares that a value is an output: one float.</summary>
    /// <param name="name">Of the value.</param>
    public void OutputNumber(string name)
    {
        ValueInfoProto value = Describe(name, TensorProto.Types.DataType.Float, []);
        value.Type.TensorType.Shape.Dim.Clear();
        _graph.Output.Add(value);
    }

    /// <summary>Adds an operator.</summary>
    /// <param name="type">What ONNX calls it.</param>
    /// <param name="name">Of the operator and of its output; numbered where it is taken.</param>
    /// <param name="inputs">Names of values.</param>
    /// <param name="attributes">Of the operator.</param>
    /// <returns>The name of its output.</returns>
    public string Add(
        string type, string name, IReadOnlyList<string> inputs, params IReadOnlyList<AttributeProto> attributes) =>
        AddMany(type, name, inputs, [""], attributes)[0];

    /// <summary>Adds an operator of several outputs.</summary>
    /// <param name="type">What ONNX calls it.</param>
    /// <param name="name">Of the operator.</param>
    /// <param name="inputs">Names of values.</param>
    /// <param name="endings">What each output's name has behind that of the operator.</param>
    /// <param name="attributes">Of the operator.</param>
    /// <returns>The names of its outputs.</returns>
    public IReadOnlyList<string> AddMany(
        string type,
        string name,
        IReadOnlyList<string> inputs,
        IReadOnlyList<string> endings,
        params IReadOnlyList<AttributeProto> attributes)
    {
        string own = Free(name);
        var node = new NodeProto { OpType = type, Name = own };
        node.Input.Add(inputs);
        node.Output.Add(endings.Select(ending => own + ending));
        node.Attribute.Add(attributes);
        _graph.Node.Add(node);
        return node.Output;
    }

    /// <summary>A constant of values of a model.</summary>
    /// <param name="name">Of the value; numbered where it is taken.</param>
    /// <param name="values">Any shape, on any device.</param>
    /// <returns>The name that it got.</returns>
    public string Weight(string name, Tensor values)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = values.detach().to(IsHalf ? ScalarType.Float16 : ScalarType.Float32, CPU).contiguous();
        return Constant(name, ElementType, values.shape, flat.bytes.ToArray());
    }

    /// <summary>A constant of one float.</summary>
    /// <returns>Its name.</returns>
    public string Number(string name, float value) => Constant(
        name, ElementType, [], IsHalf ? BitConverter.GetBytes((System.Half)value) : BitConverter.GetBytes(value));

    /// <summary>A constant of 32-bit floats.</summary>
    /// <returns>Its name.</returns>
    public string Numbers(string name, float[] values) => Constant(
        name, TensorProto.Types.DataType.Float, [values.Length], [.. values.SelectMany(BitConverter.GetBytes)]);

    /// <summary>A constant of one whole number, 0–255.</summary>
    /// <returns>Its name.</returns>
    public string Byte(string name, byte value) => Constant(name, TensorProto.Types.DataType.Uint8, [], [value]);

    /// <summary>A constant of whole numbers, −128 to 127.</summary>
    /// <param name="name">Of the value; numbered where it is taken.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="values">A byte each.</param>
    /// <returns>Its name.</returns>
    public string Whole(string name, long[] shape, byte[] values) =>
        Constant(name, TensorProto.Types.DataType.Int8, shape, values);

    /// <summary>A constant of whole numbers: shapes, places, axes.</summary>
    /// <returns>Its name.</returns>
    public string Integers(string name, params long[] values) => Constant(
        name, TensorProto.Types.DataType.Int64, [values.Length], [.. values.SelectMany(BitConverter.GetBytes)]);

    /// <summary>Takes in a graph that somebody else made, whose names get a prefix.</summary>
    /// <param name="model">The graph, without files beside it.</param>
    /// <param name="input">Its only input.</param>
    /// <param name="given">The value that takes the place of that.</param>
    /// <param name="output">What is read of it.</param>
    /// <param name="source">What it is, for messages.</param>
    /// <returns>The name of <paramref name="output"/> here.</returns>
    /// <exception cref="PromptKDException">
    /// Its operators are older than ours, or it has functions of its own.
    /// </exception>
    public string Embed(ModelProto model, string input, string given, string output, string source)
    {
        const int Oldest = 13;
        OperatorSetIdProto[] sets = [.. model.OpsetImport.Where(one => one.Domain is "" or "ai.onnx")];
        if (sets is not [{ Version: >= Oldest and var version }] || model.Functions.Count > 0)
        {
            throw new PromptKDException(
                $"{source} is of operator set {(sets is [var one] ? one.Version : 0)}"
                + $"{(model.Functions.Count > 0 ? ", with functions" : "")}; one of {Oldest} or later, "
                + "without functions of its own, can be a part of an exported student.");
        }

        OperatorSet = version;
        _irVersion = Math.Max(_irVersion, model.IrVersion);
        _others.AddRange(model.OpsetImport.Except(sets));
        string NameOf(string name) => name.Length == 0 ? name : name == input ? given : $"tower/{name}";
        foreach (NodeProto node in model.Graph.Node)
        {
            Rename(node, NameOf);
            _graph.Node.Add(node);
        }

        foreach (TensorProto constant in model.Graph.Initializer)
        {
            constant.Name = NameOf(constant.Name);
            _graph.Initializer.Add(constant);
        }

        return NameOf(output);
    }

    /// <summary>The whole model.</summary>
    /// <param name="metadata">What it says of itself: key and text.</param>
    public ModelProto ToModel(params IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        var model = new ModelProto { IrVersion = _irVersion, ProducerName = "PromptKD for .NET", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OperatorSet });
        model.OpsetImport.Add(_others);
        model.MetadataProps.Add(
            metadata.Select(one => new StringStringEntryProto { Key = one.Key, Value = one.Value }));
        return model;
    }

    private TensorProto.Types.DataType ElementType =>
        IsHalf ? TensorProto.Types.DataType.Float16 : TensorProto.Types.DataType.Float;

    private string Constant(string name, TensorProto.Types.DataType type, IReadOnlyList<long> shape, byte[] bytes)
    {
        string own = Free(name);
        var constant = new TensorProto
        {
            Name = own,
            DataType = (int)type,
            RawData = UnsafeByteOperations.UnsafeWrap(bytes),
        };
        constant.Dims.Add(shape);
        _graph.Initializer.Add(constant);
        return own;
    }

    private static void Rename(NodeProto node, Func<string, string> rename)
    {
        node.Name = rename(node.Name);
        Rename(node.Input, rename);
        Rename(node.Output, rename);
        foreach (GraphProto inner in node.Attribute.SelectMany(
            one => one.G is { } graph ? one.Graphs.Append(graph) : one.Graphs))
        {
            foreach (NodeProto one in inner.Node)
            {
                Rename(one, rename);
            }

            foreach (ValueInfoProto value in inner.Input.Concat(inner.Output))
            {
                value.Name = rename(value.Name);
            }

            foreach (TensorProto constant in inner.Initializer)
            {
                constant.Name = rename(constant.Name);
            }

            inner.ValueInfo.Clear();
        }
    }

    private static void Rename(Google.Protobuf.Collections.RepeatedField<string> names, Func<string, string> rename)
    {
        for (int place = 0; place < names.Count; place++)
        {
            names[place] = rename(names[place]);
        }
    }

    private string Free(string name)
    {
        int taken = _names.GetValueOrDefault(name);
        _names[name] = taken + 1;
        return taken == 0 ? name : $"{name}_{taken}";
    }

    private static ValueInfoProto Describe(string name, TensorProto.Types.DataType type, IReadOnlyList<long> axes)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "batch" });
        shape.Dim.Add(axes.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }
}
