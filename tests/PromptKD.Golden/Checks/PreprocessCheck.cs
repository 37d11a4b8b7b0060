using System.Text.Json;
using PromptKD.Data.Decoding;

namespace PromptKD.Golden.Checks;

/// <summary>
/// Decoding, the test and training transforms, and the rule that draws crop boxes. Levels are compared exactly: the
/// arithmetic is Pillow's, so that the slack which the case grants to other resamplers is not needed.
/// </summary>
/// <remarks>
/// The boxes of a seeded PyTorch process are reproduced by feeding our rule torch's own numbers. What a training run
/// of the reference draws cannot be: its loader workers each have a stream of their own.
/// </remarks>
internal sealed class PreprocessCheck : IGoldenCheck
{
    // Float32 rounding of one normalised value, and of a mean over a whole picture.
    private const double ValueTolerance = 1e-6;
    private const double MeanTolerance = 1e-5;

    /// <inheritdoc/>
    public string Kind => "preprocess";

    /// <inheritdoc/>
    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        Dictionary<string, Tensor> expected = golden.ReadTensors("expected.safetensors");
        var preprocessing = new Preprocessing
        {
            Mean = Channels(golden.Json, "mean"),
            Std = Channels(golden.Json, "std"),
        };
        foreach (JsonElement image in golden.Json.GetProperty("images").EnumerateArray())
        {
            string file = image.GetProperty("file").GetString()!;
            using PictureDecoder decoder = Open(golden, file);
            using PixelBuffer pixels = decoder.Decode();
            foreach (Comparison comparison in CheckDecoded(image, file, pixels, expected))
            {
                yield return comparison;
            }

            foreach (JsonElement test in image.GetProperty("tests").EnumerateArray())
            {
                int size = test.GetProperty("size").GetInt32();
                foreach (Comparison comparison in CheckTransform(
                    test, pixels, preprocessing with { Size = size }, expected))
                {
                    yield return comparison;
                }
            }
        }

        foreach (Comparison comparison in CheckSeededViews(golden).Concat(CheckBoxStatistics(golden, expected)))
        {
            yield return comparison;
        }
    }

    private static IEnumerable<Comparison> CheckDecoded(
        JsonElement image,
        string file,
        PixelBuffer pixels,
        Dictionary<string, Tensor> expected)
    {
        Tensor decoded = PixelTensors.Levels(pixels);
        int[] size = Whole(image, "size_wh");
        yield return Comparison.Same($"{file} width", pixels.Width, size[0]);
        yield return Comparison.Same($"{file} height", pixels.Height, size[1]);
        Tensor sums = decoded.to(ScalarType.Float64).sum([0L, 1L]); // [3]
        yield return Comparison.Of($"{file} sums", sums, Numbers(image, "decoded_rgb_sum"), tolerance: 0);
        if (expected.TryGetValue($"decoded_rgb.{file}", out Tensor? levels))
        {
            yield return Comparison.Of($"decoded_rgb.{file}", decoded, levels, tolerance: 0);
        }
    }

    private static IEnumerable<Comparison> CheckTransform(
        JsonElement test,
        PixelBuffer pixels,
        Preprocessing preprocessing,
        Dictionary<string, Tensor> expected)
    {
        string key = test.GetProperty("key").GetString()!;
        Framing framing = test.GetProperty("kind").GetString() switch
        {
            "test" => Framing.Of(preprocessing, pixels.Width, pixels.Height),
            "train" => Framing.Of(ViewOf(test), preprocessing.Size),
            var other => throw new InvalidDataException($"'{other}' is no kind of transform."),
        };
        if (test.TryGetProperty("resized_wh", out JsonElement _))
        {
            int[] resized = Whole(test, "resized_wh");
            yield return Comparison.Same($"{key} resized width", framing.ResizedWidth, resized[0]);
            yield return Comparison.Same($"{key} resized height", framing.ResizedHeight, resized[1]);
        }

        Tensor image = PixelTensors.Prepare(preprocessing, pixels, framing, out Tensor seen); // [3, size, size]
        if (expected.TryGetValue($"u8.{key}", out Tensor? levels))
        {
            yield return Comparison.Of($"u8.{key}", seen, levels, tolerance: 0);
        }

        if (expected.TryGetValue($"f32.{key}", out Tensor? normalised))
        {
            // Read as float32 from float16 where the set stores it so.
            yield return Comparison.Of($"f32.{key}", image, normalised, ValueTolerance);
        }

        yield return Comparison.Of(
            $"{key} mean", image.mean([1L, 2L], type: ScalarType.Float64), Numbers(test, "f32_mean"), MeanTolerance);
        if (test.TryGetProperty("f32_std", out JsonElement _))
        {
            Tensor std = image.to(ScalarType.Float64).std([1L, 2L]);
            yield return Comparison.Of($"{key} std", std, Numbers(test, "f32_std"), MeanTolerance);
        }
    }

    private static IEnumerable<Comparison> CheckSeededViews(GoldenCase golden)
    {
        foreach (JsonElement one in golden.Json.GetProperty("seeded_train_pipeline").EnumerateArray())
        {
            int seed = one.GetProperty("torch_manual_seed").GetInt32();
            using PictureDecoder decoder = Open(golden, one.GetProperty("file").GetString()!);
            using var numbers = new TorchNumbers(seed);
            View drawn = new ViewGenerator(Seed: 0).Draw(decoder.Width, decoder.Height, numbers);
            yield return Comparison.Same($"view of seed {seed}", drawn, ViewOf(one));
        }
    }

    private static IEnumerable<Comparison> CheckBoxStatistics(GoldenCase golden, Dictionary<string, Tensor> expected)
    {
        JsonElement statistics = golden.Json.GetProperty("rrc_statistics");
        int[] size = Whole(statistics, "image_wh");
        double[] area = Numbers(statistics, "scale").data<double>().ToArray();
        double[] aspect = Numbers(statistics, "ratio").data<double>().ToArray();
        var views = new ViewGenerator(Seed: 0)
        {
            MinArea = area[0],
            MaxArea = area[1],
            MinAspect = aspect[0],
            MaxAspect = aspect[1],
        };
        Tensor theirs = BoxMoments(expected["rrc_boxes_statistics"].to(ScalarType.Float64));
        int draws = statistics.GetProperty("n").GetInt32();
        Tensor ours = BoxMoments(tensor(
            Enumerable.Range(0, draws)
                .Select(picture => views.Draw(picture, view: 0, size[0], size[1]))
                .SelectMany(box => new double[] { box.Top, box.Left, box.Height, box.Width })
                .ToArray()).reshape(-1, 4));

        // Means of two samples of n differ by sqrt(2 / n) standard deviations; five of those are chance in a million.
        double tolerance = 5 * Math.Sqrt(2.0 / draws);
        Tensor deviation = theirs[1];
        yield return Comparison.Of("crop boxes, means", ours[0] / deviation, theirs[0] / deviation, tolerance);
        yield return Comparison.Of("crop boxes, deviations", ours[1] / deviation, theirs[1] / deviation, tolerance);
    }

    /// <param name="boxes">Top, left, height, width, in pixels, [boxes, 4].</param>
    /// <returns>Means and standard deviations of top, left, height, width, area and log aspect, [2, 6].</returns>
    private static Tensor BoxMoments(Tensor boxes)
    {
        Tensor height = boxes[.., 2];
        Tensor width = boxes[.., 3];
        Tensor all = cat([boxes, stack([height * width, (width / height).log()], dim: 1)], dim: 1); // [boxes, 6]
        return stack([all.mean([0L]), all.std([0L])]);
    }

    private static PictureDecoder Open(GoldenCase golden, string file) =>
        PictureDecoder.Open(File.ReadAllBytes(golden.PathOf(Path.Combine("images", file))));

    private static View ViewOf(JsonElement json)
    {
        JsonElement box = json.GetProperty("box");
        return new View(
            box.GetProperty("left").GetInt32(),
            box.GetProperty("top").GetInt32(),
            box.GetProperty("width").GetInt32(),
            box.GetProperty("height").GetInt32(),
            json.GetProperty("flip").GetBoolean());
    }

    private static Rgb Channels(JsonElement json, string name)
    {
        float[] values = [.. json.GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];
        return new Rgb(values[0], values[1], values[2]);
    }

    private static int[] Whole(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];

    private static Tensor Numbers(JsonElement json, string name) =>
        tensor(json.GetProperty(name).EnumerateArray().Select(value => value.GetDouble()).ToArray());
}
