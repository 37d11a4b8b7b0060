namespace PromptKD.Models.Weights;

/// <summary>One table of element types: torch's, and what each file format calls them.</summary>
internal static class ElementTypes
{
    private static readonly (ScalarType Type, string? Safetensors, string Pickle)[] s_table =
    [
        (ScalarType.Bool, "BOOL", "BoolStorage"),
        (ScalarType.Byte, "U8", "ByteStorage"),
        (ScalarType.Int8, "I8", "CharStorage"),
        (ScalarType.Int16, "I16", "ShortStorage"),
        (ScalarType.Int32, "I32", "IntStorage"),
        (ScalarType.Int64, "I64", "LongStorage"),
        (ScalarType.Float16, "F16", "HalfStorage"),
        (ScalarType.BFloat16, "BF16", "BFloat16Storage"),
        (ScalarType.Float32, "F32", "FloatStorage"),
        (ScalarType.Float64, "F64", "DoubleStorage"),
        (ScalarType.ComplexFloat32, null, "ComplexFloatStorage"),
        (ScalarType.ComplexFloat64, null, "ComplexDoubleStorage"),
    ];

    /// <exception cref="NotSupportedException">The name is not in the table.</exception>
    public static ScalarType FromSafetensors(string name) =>
        s_table.Where(row => row.Safetensors == name).Select(row => (ScalarType?)row.Type).SingleOrDefault()
        ?? throw new NotSupportedException($"element type {name}");

    /// <summary>The element type of torch's typed storage class of this name, or null where there is none.</summary>
    public static ScalarType? FromPickle(string storageClass) =>
        s_table.Where(row => row.Pickle == storageClass).Select(row => (ScalarType?)row.Type).SingleOrDefault();

    /// <summary>The name of torch's typed storage class for an element type.</summary>
    /// <exception cref="NotSupportedException">The type is not in the table.</exception>
    public static string ToPickle(ScalarType type) =>
        s_table.Where(row => row.Type == type).Select(row => row.Pickle).SingleOrDefault()
        ?? throw new NotSupportedException($"element type {type}");

    /// <exception cref="NotSupportedException">The type is not in the table.</exception>
    public static string ToSafetensors(ScalarType type) =>
        s_table.Where(row => row.Type == type).Select(row => row.Safetensors).SingleOrDefault()
        ?? throw new NotSupportedException($"element type {type}");
}
