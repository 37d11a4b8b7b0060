using System.Text.Encodings.Web;
using System.Text.Json;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Data.Datasets;

/// <summary>
/// CoOp's files <c>split_zhou_*.json</c>: an object of the lists "train", "val" and "test", whose rows are
/// [path, label, class name]. Paths are relative to the folder of the pictures.
/// </summary>
internal static class SplitFile
{
    private const long LargestFile = 512 << 20;

    private static readonly JsonWriterOptions s_format = new()
    {
        Indented = true,
        IndentSize = 4,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads a split file.</summary>
    /// <param name="folder">The data set's folder.</param>
    /// <param name="fileName">Name of the file in it.</param>
    /// <exception cref="PromptKDException">
    /// The file is missing, is no JSON, lacks a list, or has a row that is not [path, label, class name].
    /// </exception>
    public static DatasetSplit Read(DatasetFolder folder, string fileName)
    {
        string path = folder.PathOf(fileName);
        try
        {
            ReadOnlyMemory<byte> bytes = BoundedBytes.ReadFile(path, LargestFile);
            using var document = JsonDocument.Parse(
                bytes.Span is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes, RecordJson.Exact);
            JsonElement json = document.RootElement;
            var rows = new SplitRows();
            return new DatasetSplit(
                List(folder, path, json, "train", rows),
                List(folder, path, json, "val", rows),
                List(folder, path, json, "test", rows));
        }
        catch (JsonException error)
        {
            string line = error.LineNumber is { } number ? $":{number + 1}" : "";
            throw new PromptKDException(
                $"{path}{line}: not JSON in UTF-8, only part of a file, or a key that is there twice. Download or copy "
                + "it again, or mend that line.",
                error);
        }
        catch (InvalidDataException error)
        {
            throw new PromptKDException($"{path}: {error.Message}.", error);
        }
        catch (InvalidOperationException error)
        {
            // Where letters turn out not to be UTF-8.
            throw new PromptKDException($"{path}: a name is not in UTF-8. Download or copy it again.", error);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw folder.Missing(fileName, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PromptKDException($"Cannot read '{path}': {error.Message}", error);
        }
    }

    /// <summary>Writes a split file, whole or not at all.</summary>
    /// <param name="folder">The data set's folder.</param>
    /// <param name="fileName">Name of the file in it.</param>
    /// <param name="split">What it is to say.</param>
    /// <exception cref="PromptKDException">The folder cannot be written.</exception>
    public static void Write(DatasetFolder folder, string fileName, DatasetSplit split) =>
        WholeFile.Write(folder.PathOf(fileName), stream =>
        {
            using var json = new Utf8JsonWriter(stream, s_format);
            json.WriteStartObject();
            foreach ((string name, IReadOnlyList<PictureItem> items) in split.Parts)
            {
                json.WriteStartArray(name);
                foreach (PictureItem item in items)
                {
                    json.WriteStartArray();
                    json.WriteStringValue(Path.GetRelativePath(folder.Images, item.Path).Replace('\\', '/'));
                    json.WriteNumberValue(item.Label!.Value);
                    json.WriteStringValue(item.ClassName);
                    json.WriteEndArray();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        });

    private static PictureItem[] List(DatasetFolder folder, string file, JsonElement json, string name, SplitRows rows)
    {
        if (json.ValueKind != JsonValueKind.Object
            || !json.TryGetProperty(name, out JsonElement list)
            || list.ValueKind != JsonValueKind.Array)
        {
            throw new PromptKDException(
                $"{file}: no list \"{name}\". A split file is an object of three lists: train, val and test.");
        }

        var items = new PictureItem[list.GetArrayLength()];
        foreach ((int row, JsonElement entry) in list.EnumerateArray().Index())
        {
            string place = $"row {row + 1} of \"{name}\"";
            items[row] = Item(folder, $"{file}: {place}", entry);
            rows.Add(file, place, items[row]);
        }

        return items;
    }

    private static PictureItem Item(DatasetFolder folder, string place, JsonElement row)
    {
        bool isRow = row.ValueKind == JsonValueKind.Array && row.GetArrayLength() == 3
            && row[0].ValueKind == JsonValueKind.String
            && row[2].ValueKind == JsonValueKind.String;
        if (!isRow || !row[1].TryGetLabel(out int label))
        {
            throw new PromptKDException(
                $"{place} is {Shortened(row.GetRawText())}. Expected [path, label, class name], the label from 0.");
        }

        // Where the file was written on Windows.
        return folder.Picture(row[0].GetString()!.Replace('\\', '/'), label, row[2].GetString()!, place);
    }

    private static bool TryGetLabel(this JsonElement json, out int label)
    {
        label = -1;
        return json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out label)
            && label is >= 0 and < int.MaxValue;
    }

    private static string Shortened(string json)
    {
        const int Enough = 80;
        string line = string.Join(' ', json.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= Enough ? line : $"{line[..Enough]}…";
    }
}
