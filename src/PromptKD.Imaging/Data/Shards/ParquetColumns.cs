using System.Text.Json;
using Parquet;
using Parquet.Schema;
using PromptKD.Runtime;
using PromptKD.Text.Names;

namespace PromptKD.Data.Shards;

/// <summary>Which columns of a parquet file hold pictures and classes.</summary>
/// <param name="Picture">The column of the pictures' bytes.</param>
/// <param name="Label">
/// The column of the classes, numbers or names; null where there is none, or it is not clear which.
/// </param>
/// <param name="ClassNames">Names of the numbered classes, in order; null where the file has none.</param>
internal sealed record ParquetColumns(DataField Picture, DataField? Label, IReadOnlyList<string>? ClassNames)
{
    private const string BytesField = "bytes";
    private const string LabelName = "label";
    private const string PictureName = "image";

    /// <summary>Columns of which each may be that of the classes; empty where it is clear.</summary>
    public IReadOnlyList<string> RivalLabels { get; private init; } = [];

    /// <summary>Columns of texts beside the label.</summary>
    public IReadOnlyList<DataField> Texts { get; private init; } = [];

    /// <summary>
    /// Finds them by what Hugging Face's datasets notes in the file; else pictures are the first column that is a
    /// structure with <c>bytes</c>, or <c>image</c>, and classes are <c>label</c>.
    /// </summary>
    /// <param name="path">For error messages.</param>
    /// <param name="file">The open file.</param>
    /// <exception cref="PromptKDException">No column holds pictures.</exception>
    public static ParquetColumns Find(string path, ParquetReader file)
    {
        JsonElement? features = ReadFeatures(path, file);
        IReadOnlyList<Field> fields = file.Schema.Fields;
        string[] pictures = Choose(NamesOf(features, "Image"), PictureName);
        pictures = pictures.Length > 0
            ? pictures
            : Choose(
                [.. fields.Where(one => BytesOf(one) is not null && one is StructField).Select(one => one.Name)],
                PictureName);
        RefuseRivals(path, pictures, "pictures", PictureName);
        Field? picture = fields.FirstOrDefault(field => field.Name == (pictures.FirstOrDefault() ?? PictureName));
        string[] labels = Choose(NamesOf(features, "ClassLabel"), LabelName);
        string? labelName = labels.FirstOrDefault();
        DataField[] flat = [.. fields.OfType<DataField>()];
        return new ParquetColumns(
            (picture is null ? null : BytesOf(picture)) ?? throw new PromptKDException(
                $"{path}: no column of pictures among {string.Join(", ", fields.Select(field => $"'{field.Name}'"))}. "
                + "Expected a structure with 'bytes', as Hugging Face's datasets writes an Image, or 'image' in bytes; "
                + "paths alone are not enough."),
            flat.FirstOrDefault(field => field.Name == (labelName ?? LabelName)),
            labelName is null ? null : ReadNames(features, labelName))
        {
            RivalLabels = labels.Length > 1 ? labels : [],
            Texts =
            [
                .. flat.Where(field => field.ClrType == typeof(ReadOnlyMemory<char>) && !field.IsArray
                    && field.Name != (labelName ?? LabelName)),
            ],
        };
    }

    /// <summary>Refuses several columns where one is wanted.</summary>
    /// <exception cref="PromptKDException">There are several.</exception>
    public static void RefuseRivals(string path, IReadOnlyList<string> columns, string what, string name)
    {
        if (columns.Count > 1)
        {
            throw new PromptKDException(
                $"{path}: {columns.Count} columns hold {what}: {string.Join(", ", columns.Select(ListedName.Show))}. "
                + $"Keep one, or call the one that is meant '{name}'.");
        }
    }

    /// <summary>As <see cref="RefuseRivals"/>, of the columns of classes.</summary>
    public void RefuseRivalLabels(string path) => RefuseRivals(path, RivalLabels, "classes", LabelName);

    // One that has the usual name is meant.
    private static string[] Choose(string[] columns, string name) => columns.Contains(name) ? [name] : columns;

    private static DataField? BytesOf(Field field) => field switch
    {
        StructField structure => structure.Fields.OfType<DataField>().FirstOrDefault(
            part => part.Name == BytesField && IsBinary(part)),
        DataField data when IsBinary(data) => data,
        _ => null,
    };

    private static bool IsBinary(DataField field) => field.ClrType == typeof(ReadOnlyMemory<byte>) && !field.IsArray;

    // {"info": {"features": {"image": {"_type": "Image"}, "label": {"names": […], "_type": "ClassLabel"}}}}
    private static JsonElement? ReadFeatures(string path, ParquetReader file)
    {
        if (!file.CustomMetadata.TryGetValue("huggingface", out string? json))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json, RecordJson.Exact);
            return Find(Find(document.RootElement, "info"), "features")?.Clone();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new PromptKDException($"{path}: its Hugging Face metadata is not JSON: {error.Message}", error);
        }
    }

    private static string[] NamesOf(JsonElement? features, string type) =>
        features is { ValueKind: JsonValueKind.Object } all
            ?
            [
                .. all.EnumerateObject()
                    .Where(feature => Find(feature.Value, "_type") is { ValueKind: JsonValueKind.String } kind
                        && kind.ValueEquals(type))
                    .Select(feature => feature.Name),
            ]
            : [];

    private static string[]? ReadNames(JsonElement? features, string label) =>
        Find(Find(features, label), "names") is { ValueKind: JsonValueKind.Array } names
            ? [.. names.EnumerateArray().Select(name => name.ToString())]
            : null;

    private static JsonElement? Find(JsonElement? json, string name) =>
        json is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out JsonElement value)
            ? value
            : null;
}
