using System.Text.Json;

namespace PromptKD.Models.Weights;

/// <summary>
/// Optional values of other programs' configuration files. Absent and null are null; a value of another type than
/// asked for is a <see cref="PromptKDException"/>, so that a default never takes its place.
/// </summary>
internal static class JsonReading
{
    /// <summary>The value of a key, of any type.</summary>
    public static JsonElement? Find(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value)
            && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <inheritdoc cref="Find(JsonElement, string)"/>
    public static JsonElement? Find(this JsonElement? json, string name) => json?.Find(name);

    /// <summary>An object.</summary>
    public static JsonElement? Section(this JsonElement? json, string name, string path) =>
        json.Find(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Object } section => section,
            { } other => throw Refuse(path, name, other, "an object"),
        };

    /// <summary>A whole number.</summary>
    public static int? Integer(this JsonElement? json, string name, string path) =>
        json.Find(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out int value) => value,
            { } other => throw Refuse(path, name, other, "a whole number"),
        };

    /// <summary>A whole number of at least one.</summary>
    public static int? Count(this JsonElement? json, string name, string path) =>
        json.Integer(name, path) is not { } value ? null
        : value > 0 ? value
        : throw Refuse(path, name, json.Find(name)!.Value, "a whole number of at least 1");

    /// <summary>A number.</summary>
    public static double? Number(this JsonElement? json, string name, string path) =>
        json.Find(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Number } number when double.IsFinite(number.GetDouble()) => number.GetDouble(),
            { } other => throw Refuse(path, name, other, "a number"),
        };

    /// <summary>A text.</summary>
    public static string? Text(this JsonElement? json, string name, string path) =>
        json.Find(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { } other => throw Refuse(path, name, other, "a text"),
        };

    /// <summary>True or false.</summary>
    public static bool? Flag(this JsonElement? json, string name, string path) =>
        json.Find(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.True or JsonValueKind.False } flag => flag.GetBoolean(),
            { } other => throw Refuse(path, name, other, "true or false"),
        };

    /// <summary>One number for each colour channel.</summary>
    public static double[]? Channels(this JsonElement? json, string name, string path) =>
        json.Find(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Array } array when array.GetArrayLength() == 3
                && array.EnumerateArray().All(
                    item => item.ValueKind == JsonValueKind.Number && float.IsFinite((float)item.GetDouble())) =>
                [.. array.EnumerateArray().Select(item => item.GetDouble())],
            { } other => throw Refuse(path, name, other, "three numbers"),
        };

    /// <summary>What to throw about a value that is not what it should be.</summary>
    public static PromptKDException Refuse(string path, string name, JsonElement value, string expected)
    {
        const int LettersShown = 60;
        string text = value.GetRawText().ReplaceLineEndings(" ");
        string shown = text.Length <= LettersShown ? text : $"{text.AsSpan(0, LettersShown)}…";
        return new PromptKDException($"{path}: {name} is {shown}, expected {expected}.");
    }
}
