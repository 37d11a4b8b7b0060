using Onnx;

namespace PromptKD.Models.Towers.Graphs;

/// <summary>An input or an output of an ONNX graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Of its elements.</param>
/// <param name="Sizes">Of its axes; −1 where any will do, or the file does not say.</param>
internal sealed record GraphValue(string Name, TensorProto.Types.DataType Type, IReadOnlyList<long> Sizes)
{
    /// <summary>For messages: name, type and sizes.</summary>
    public override string ToString() =>
        $"{Name} ({Type.ToString().ToLowerInvariant()} "
        + $"[{string.Join(", ", Sizes.Select(size => size < 0 ? "any" : $"{size}"))}])";

    /// <summary>Of the file's own words.</summary>
    public static GraphValue Of(ValueInfoProto value)
    {
        TypeProto.Types.Tensor? tensor = value.Type?.TensorType;
        IEnumerable<TensorShapeProto.Types.Dimension> axes = tensor?.Shape?.Dim ?? [];
        return new GraphValue(
            value.Name,
            (TensorProto.Types.DataType)(tensor?.ElemType ?? 0),
            [
                .. axes.Select(axis =>
                    axis.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && axis.DimValue > 0
                        ? axis.DimValue
                        : -1),
            ]);
    }
}
