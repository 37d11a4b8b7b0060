namespace PromptKD.Models.Weights;

/// <summary>One table of element types: torch's, and what safetensors calls them.</summary>
internal static class ElementTypes
{
    private static readonly (ScalarType Type, string Safetensors)[] s_table =
    [
        (ScalarType.Bool, "BOOL"),
        (ScalarType.Byte, "U8"),
        (ScalarType.Int8, "I8"),
        (ScalarType.Int16, "I16"),
        (ScalarType.Int32, "I32"),
        (ScalarType.Int64, "I64"),
        (ScalarType.Float16, "F16"),
        (ScalarType.BFloat16, "BF16"),
        (ScalarType.Float32, "F32"),
        (ScalarType.Float64, "F64"),
    ];

    /// <exception cref="NotSupportedException">The name is not in the table.</exception>
    public static ScalarType FromSafetensors(string name) =>
        s_table.Where(row => row.Safetensors == name).Select(row => (ScalarType?)row.Type).SingleOrDefault()
        ?? throw new NotSupportedException($"element type {name}");

    /// <exception cref="NotSupportedException">The type is not in the table.</exception>
    public static string ToSafetensors(ScalarType type) =>
        s_table.Where(row => row.Type == type).Select(row => row.Safetensors).SingleOrDefault()
        ?? throw new NotSupportedException($"element type {type}");
}
