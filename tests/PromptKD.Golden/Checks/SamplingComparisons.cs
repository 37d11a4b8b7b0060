using System.Globalization;
using System.Text.Json;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;

namespace PromptKD.Golden.Checks;

/// <summary>Subsets of classes, Python's random numbers, and what is drawn with them (golden 10).</summary>
internal static class SamplingComparisons
{
    /// <summary>Section "subsample_classes". Large cases give counts of lists that they do not contain.</summary>
    public static IEnumerable<Comparison> Subsets(JsonElement expected)
    {
        if (expected.TryGetProperty("m_base", out JsonElement half))
        {
            int count = expected.GetProperty("n_classes").GetInt32();
            PictureItem[] items = [.. Enumerable.Range(0, count).Select(label => new PictureItem("", label, ""))];
            yield return Comparison.Same(
                $"base classes of {count}", ClassSubset.Of(items, "base").From(items).Count, half.GetInt32());
        }

        if (!expected.TryGetProperty("input", out JsonElement input))
        {
            yield break;
        }

        PictureItem[] train = Items(input.GetProperty("train"));
        foreach (string classes in new[] { "all", "base", "new" })
        {
            var subset = ClassSubset.Of(train, classes);
            foreach (JsonProperty part in input.EnumerateObject())
            {
                yield return Comparison.Same(
                    $"subsample: {classes} {part.Name}",
                    Lines(subset.From(Items(part.Value))),
                    Lines(Items(expected.GetProperty(classes).GetProperty(part.Name))));
            }
        }
    }

    /// <summary>Section "dataset_base".</summary>
    public static IEnumerable<Comparison> Classes(JsonElement expected)
    {
        var classes = ClassTable.Of(Items(expected.GetProperty("train")));
        yield return Comparison.Same("num_classes", classes.Count, expected.GetProperty("num_classes").GetInt32());
        yield return Comparison.Same(
            "classnames",
            string.Join('\n', classes.Names),
            string.Join('\n', expected.GetProperty("classnames").EnumerateArray().Select(name => name.GetString())));
    }

    /// <summary>
    /// Section "python_random". Numbers and bits come from one stream, the samples from another of the same seed, one
    /// after the other; what is shuffled, from a third.
    /// </summary>
    public static IEnumerable<Comparison> RandomNumbers(JsonElement expected)
    {
        int seed = expected.GetProperty("seed").GetInt32();
        string name = string.Create(CultureInfo.InvariantCulture, $"seed {seed}");
        var random = new PythonRandom(seed);
        foreach (JsonElement number in expected.GetProperty("random").EnumerateArray())
        {
            yield return Comparison.Same($"{name}: random", random.Double(), number.GetDouble());
        }

        foreach (JsonElement bits in expected.GetProperty("getrandbits32").EnumerateArray())
        {
            yield return Comparison.Same($"{name}: getrandbits", random.Bits(32), bits.GetUInt32());
        }

        random = new PythonRandom(seed);
        foreach (JsonElement sample in expected.GetProperty("sample_from_range").EnumerateArray())
        {
            int[] range = [.. Enumerable.Range(0, sample[0].GetInt32())];
            yield return Comparison.Same(
                $"{name}: sample {sample[1].GetInt32()} of {range.Length}",
                string.Join(' ', random.Sample(range, sample[1].GetInt32())),
                string.Join(' ', sample[2].EnumerateArray()));
        }

        foreach (JsonProperty shuffled in expected.EnumerateObject()
            .Where(one => one.Name.StartsWith("shuffle_range", StringComparison.Ordinal)))
        {
            int[] range = [.. Enumerable.Range(0, shuffled.Value.GetArrayLength())];
            new PythonRandom(seed).Shuffle(range);
            yield return Comparison.Same(
                $"{name}: shuffle", string.Join(' ', range), string.Join(' ', shuffled.Value.EnumerateArray()));
        }
    }

    /// <summary>Section "fewshot".</summary>
    public static IEnumerable<Comparison> FewShotSets(JsonElement expected)
    {
        JsonElement input = expected.GetProperty("input");
        DatasetSplit split = new(Items(input.GetProperty("train")), Items(input.GetProperty("val")), []);
        foreach (JsonElement result in expected.GetProperty("results").EnumerateArray())
        {
            int seed = result.GetProperty("seed").GetInt32(), shots = result.GetProperty("num_shots").GetInt32();
            string name = string.Create(CultureInfo.InvariantCulture, $"{shots} shots of seed {seed}");
            DatasetSplit drawn = FewShot.Draw(split, shots, new PythonRandom(seed));
            yield return ComparePaths($"{name}: train", drawn.Train, result.GetProperty("train"));
            yield return ComparePaths($"{name}: val", drawn.Validation!, result.GetProperty("val"));
        }
    }

    /// <summary>Section "split_trainval".</summary>
    public static IEnumerable<Comparison> HeldOut(JsonElement expected)
    {
        PictureItem[] items = Items(expected.GetProperty("input"));
        foreach (JsonElement result in expected.GetProperty("results").EnumerateArray())
        {
            int seed = result.GetProperty("seed").GetInt32();
            string name = string.Create(CultureInfo.InvariantCulture, $"held out with seed {seed}");
            DatasetSplit split = SplitShares.HoldOut(items, [], new PythonRandom(seed));
            yield return ComparePaths($"{name}: train", split.Train, result.GetProperty("train"));
            yield return ComparePaths($"{name}: val", split.Validation!, result.GetProperty("val"));
        }
    }

    private static Comparison ComparePaths(string name, IReadOnlyList<PictureItem> items, JsonElement paths) =>
        Comparison.Same(
            name,
            string.Join('\n', items.Select(item => item.Path)),
            string.Join('\n', paths.EnumerateArray().Select(path => path.GetString())));

    private static PictureItem[] Items(JsonElement rows) =>
        [.. rows.EnumerateArray().Select(
            row => new PictureItem(row[0].GetString()!, row[1].GetInt32(), row[2].GetString()))];

    private static string Lines(IReadOnlyList<PictureItem> items) =>
        string.Join('\n', items.Select(item => $"{item.Path} {item.Label} {item.ClassName}"));
}
