using System.Text.Json;

namespace PromptKD.Models.Weights;

/// <summary>Optional values of other programs' configuration files: absent, null or of another type is null.</summary>
internal static class JsonReading
{
    public static JsonElement? Find(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value)
            && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public static JsonElement? Find(this JsonElement? json, string name) => json?.Find(name);

    public static int? Integer(this JsonElement? json) =>
        json is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int value) ? value : null;

    public static double? Number(this JsonElement? json) =>
        json is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    public static string? Text(this JsonElement? json) =>
        json is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static bool IsTrue(this JsonElement? json) => json is { ValueKind: JsonValueKind.True };

    /// <summary>One number for each colour channel.</summary>
    public static double[]? Channels(this JsonElement? json) =>
        json is { ValueKind: JsonValueKind.Array } array && array.GetArrayLength() == 3
            && array.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
            ? [.. array.EnumerateArray().Select(item => item.GetDouble())]
            : null;
}
