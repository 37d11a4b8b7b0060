using System.Globalization;
using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;

namespace PromptKD.Golden.Checks;

/// <summary>Which pictures of a data set go where, with which labels and names (golden 10).</summary>
internal sealed class DatasetSplitsCheck : IGoldenCheck
{
    public string Kind => "dataset-splits";

    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        JsonElement trees = golden.ReadJsonFile("trees.json");
        string folder = Directory.CreateTempSubdirectory("promptkd-golden-").FullName;
        try
        {
            foreach (JsonProperty tree in trees.EnumerateObject())
            {
                Write(tree.Value, Path.Combine(folder, tree.Name));
            }

            foreach ((int index, JsonElement expected) in golden.ReadJsonFile("expected.json").EnumerateArray().Index())
            {
                string root = Path.Combine(folder, Text(expected, "tree"));
                string name = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{index} {Text(expected, "dataset")} {Text(expected, "TRAINER.NAME")}");
                foreach (Comparison comparison in Compare(name, root, expected))
                {
                    yield return comparison;
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(JsonElement tree, string root)
    {
        Directory.CreateDirectory(root);
        foreach (JsonProperty file in tree.EnumerateObject())
        {
            string path = Path.Combine(root, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file.Value.GetString() ?? "");
        }
    }

    private static IEnumerable<Comparison> Compare(string name, string root, JsonElement expected)
    {
        ProtocolLists? lists = null;
        string? refusal = null;
        try
        {
            lists = Read(root, expected);
        }
        catch (PromptKDException mistake)
        {
            refusal = mistake.Message;
        }

        bool fails = expected.TryGetProperty("error", out JsonElement error) && error.ValueKind != JsonValueKind.Null;
        yield return Comparison.Same($"{name}: is refused ({refusal})", lists is null, fails);
        if (lists is null || fails)
        {
            yield break;
        }

        yield return Comparison.Same(
            $"{name}: classes", lists.ClassNames.Count, expected.GetProperty("num_classes").GetInt32());
        yield return Comparison.Same(
            $"{name}: class names",
            string.Join('\n', lists.ClassNames),
            string.Join('\n', expected.GetProperty("classnames").EnumerateArray().Select(one => one.GetString())));
        foreach ((string part, IReadOnlyList<PictureItem>? items) in new (string, IReadOnlyList<PictureItem>?)[]
        {
            ("train_x", lists.Train), ("val", lists.Validation), ("test", lists.Test),
        })
        {
            yield return Comparison.Same(
                $"{name}: {part}",
                string.Join('\n', Rows(root, items, expected)),
                string.Join('\n', Rows(expected.GetProperty(part), expected)));
        }
    }

    private static ProtocolLists Read(string root, JsonElement expected) => DatasetProtocol.Read(
        new DatasetConfig
        {
            Root = root,
            Name = Text(expected, "dataset"),
            NumShots = expected.GetProperty("NUM_SHOTS").GetInt32(),
            SubsampleClasses = Text(expected, "SUBSAMPLE_CLASSES"),
        },
        new ProtocolReading(expected.GetProperty("SEED").GetInt32())
        {
            BaseToNovel = Text(expected, "TRAINER.NAME") == "PromptKD"
                && Text(expected, "TRAINER.MODAL") == "base2novel",
        });

    private static IEnumerable<string> Rows(string root, IReadOnlyList<PictureItem>? items, JsonElement expected) =>
        items is null
            ? ["none"]
            : Comparable(
                items.Select(item =>
                    (Path.GetRelativePath(root, item.Path).Replace('\\', '/'), item.Label!.Value, item.ClassName!)),
                expected);

    private static IEnumerable<string> Rows(JsonElement items, JsonElement expected) =>
        items.ValueKind == JsonValueKind.Null
            ? ["none"]
            : Comparable(
                items.EnumerateArray().Select(row => (row[0].GetString()!, row[1].GetInt32(), row[2].GetString()!)),
                expected);

    // Where the reference lists folders, its order within a class is that of its file system, and so are its shots.
    private static IEnumerable<string> Comparable(
        IEnumerable<(string Path, int Label, string ClassName)> rows, JsonElement expected)
    {
        bool isUnordered = expected.TryGetProperty("order_note", out _);
        bool isDrawn = expected.GetProperty("NUM_SHOTS").GetInt32() >= 1;
        return !isUnordered ? rows.Select(row => $"{row.Path} {row.Label} {row.ClassName}")
            : isDrawn ? rows.Select(row => $"{row.Label} {row.ClassName}")
            : rows.OrderBy(row => row.Label).ThenBy(row => row.Path, StringComparer.Ordinal)
                .Select(row => $"{row.Path} {row.Label} {row.ClassName}");
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
