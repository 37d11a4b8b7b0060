using System.Text.Json;
using PromptKD.Data.Decoding;
using PromptKD.Features;
using PromptKD.Models.Weights;
using PromptKD.Models.Weights.Families;

namespace PromptKD.Golden.Checks;

/// <summary>
/// The test transforms of other models than OpenAI's, as the files beside their weights describe them. Levels are
/// compared exactly.
/// </summary>
internal sealed class TowerPreprocessCheck : IGoldenCheck
{
    // Float32 rounding of a mean over a whole picture.
    private const double MeanTolerance = 1e-5;

    /// <inheritdoc/>
    public string Kind => "towers/preprocess";

    /// <inheritdoc/>
    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        Dictionary<string, Tensor> expected = golden.ReadTensors("expected.safetensors");
        (string Name, Preprocessing Preprocessing)[] pipelines =
        [
            .. from pipeline in golden.Json.GetProperty("pipelines").EnumerateObject()
               select (pipeline.Name, Read(golden.PathOf(pipeline.Value.GetProperty("config").GetString()!))),
        ];
        var seenNames = new HashSet<string>();
        foreach (string file in golden.Json.GetProperty("images").EnumerateObject().Select(image => image.Name))
        {
            using var decoder = PictureDecoder.Open(
                File.ReadAllBytes(golden.PathOf(Path.Combine("images", file))));
            using PixelBuffer pixels = decoder.Decode();
            yield return Comparison.Of(
                $"decoded_rgb.{file}", PixelTensors.Levels(pixels), expected[$"decoded_rgb.{file}"], tolerance: 0);
            foreach ((string name, Preprocessing preprocessing) in pipelines)
            {
                var framing = Framing.Of(preprocessing, pixels.Width, pixels.Height);
                Tensor seen = PixelTensors.Prepare(preprocessing, pixels, framing, out Tensor levels);
                foreach (Comparison comparison in Compare(golden, $"{name}.{file}", seen, levels, expected))
                {
                    seenNames.Add(comparison.What);
                    yield return comparison;
                }
            }
        }

        foreach (string name in expected.Keys.Where(name => name[0] is 'u' or 'f' && !seenNames.Contains(name)))
        {
            yield return Comparison.Same(name, "not computed", "computed");
        }
    }

    private static IEnumerable<Comparison> Compare(
        GoldenCase golden, string key, Tensor seen, Tensor levels, Dictionary<string, Tensor> expected)
    {
        if (expected.TryGetValue($"u8.{key}", out Tensor? theirs))
        {
            yield return Comparison.Of($"u8.{key}", levels, theirs, tolerance: 0);
        }

        if (expected.TryGetValue($"f32.{key}", out Tensor? normalised))
        {
            yield return Comparison.Of(golden, $"f32.{key}", seen, normalised);
        }

        if (golden.Json.GetProperty("f32_mean_std").TryGetProperty(key, out JsonElement moments))
        {
            Tensor wide = seen.to(ScalarType.Float64);
            yield return Comparison.Of($"{key} mean", wide.mean([1L, 2L]), Numbers(moments[0]), MeanTolerance);
            yield return Comparison.Of(
                $"{key} std", wide.std([1L, 2L], unbiased: false), Numbers(moments[1]), MeanTolerance);
        }
    }

    // As the library reads it, from a file that stands beside no weights.
    private static Preprocessing Read(string path)
    {
        JsonElement? config = ModelFolder.ReadJson(path);
        ClipPreprocessing? said = Path.GetFileName(path) switch
        {
            "preprocessor_config.json" => HuggingFacePreprocessing.TryRead(Path.GetDirectoryName(path)!),
            "open_clip_config.json" => OpenClipFolder.ReadPreprocessing(
                config.Section("preprocess_cfg", path),
                config.Section("model_cfg", path).Section("vision_cfg", path),
                path),
            _ => TimmPreprocessing.TryRead(config.Section("pretrained_cfg", path), path),
        };
        return TowerPreparation.Of(path, said!) with { Size = said!.ImageSize!.Value };
    }

    private static Tensor Numbers(JsonElement values) =>
        tensor(values.EnumerateArray().Select(value => value.GetDouble()).ToArray());
}
