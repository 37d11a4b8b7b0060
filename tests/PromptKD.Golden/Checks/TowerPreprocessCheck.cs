using System.Text.Json;
using PromptKD.Data.Decoding;

namespace PromptKD.Golden.Checks;

/// <summary>
/// The test transforms of other models than OpenAI's, as the files beside their weights describe them. Levels are
/// compared exactly; pipelines that a <see cref="Preprocessing"/> cannot express are left alone.
/// </summary>
internal sealed class TowerPreprocessCheck : IGoldenCheck
{
    // Float32 rounding of a mean over a whole picture.
    private const double MeanTolerance = 1e-5;

    /// <inheritdoc/>
    public string Kind => "towers/preprocess";

    /// <inheritdoc/>
    public IReadOnlyList<string> NotCovered =>
    [
        "pictures resized to more than is cut out (crop_pct below 1, shortest_edge above crop_size)",
        "offsets that transformers cuts down and torchvision rounds up",
        "padding (crop_mode border, resize_mode longest)",
    ];

    /// <inheritdoc/>
    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        Dictionary<string, Tensor> expected = golden.ReadTensors("expected.safetensors");
        (string Name, JsonElement Config, Preprocessing Preprocessing)[] pipelines =
        [
            .. from pipeline in golden.Json.GetProperty("pipelines").EnumerateObject()
               let config = golden.ReadJsonFile(pipeline.Value.GetProperty("config").GetString()!)
               let preprocessing = Read(config)
               where preprocessing is not null
               select (pipeline.Name, config, preprocessing),
        ];
        foreach (string file in golden.Json.GetProperty("images").EnumerateObject().Select(image => image.Name))
        {
            using var decoder = PictureDecoder.Open(
                File.ReadAllBytes(golden.PathOf(Path.Combine("images", file))));
            using PixelBuffer pixels = decoder.Decode();
            yield return Comparison.Of(
                $"decoded_rgb.{file}", PixelTensors.Levels(pixels), expected[$"decoded_rgb.{file}"], tolerance: 0);
            foreach ((string name, JsonElement config, Preprocessing preprocessing) in pipelines)
            {
                var framing = Framing.Of(preprocessing, pixels.Width, pixels.Height);
                if (IsTransformers(config) && !OffsetsAreCutDown(framing))
                {
                    continue;
                }

                Tensor seen = PixelTensors.Prepare(preprocessing, pixels, framing, out Tensor levels);
                foreach (Comparison comparison in Compare(golden, $"{name}.{file}", seen, levels, expected))
                {
                    yield return comparison;
                }
            }
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

    /// <summary>What a configuration asks for; null where no <see cref="Preprocessing"/> says the same.</summary>
    private static Preprocessing? Read(JsonElement config) =>
        config.TryGetProperty("preprocess_cfg", out JsonElement openClip)
            ? ReadOpenClip(openClip, config.GetProperty("model_cfg").GetProperty("vision_cfg"))
            : config.TryGetProperty("pretrained_cfg", out JsonElement timm) ? ReadTimm(timm) : ReadTransformers(config);

    private static Preprocessing? ReadOpenClip(JsonElement config, JsonElement vision) =>
        Create(
            config.GetProperty("resize_mode").GetString(),
            vision.GetProperty("image_size"),
            config.GetProperty("interpolation"),
            config,
            prefix: "");

    private static Preprocessing? ReadTimm(JsonElement config)
    {
        string? mode = config.GetProperty("crop_mode").GetString();
        return config.GetProperty("crop_pct").GetDouble() == 1
            ? Create(
                mode is "center" ? "shortest" : mode,
                config.GetProperty("input_size")[1],
                config.GetProperty("interpolation"),
                config,
                prefix: "")
            : null;
    }

    private static Preprocessing? ReadTransformers(JsonElement config)
    {
        JsonElement size = config.GetProperty("size");
        JsonElement filter = config.GetProperty("resample");
        return size.TryGetProperty("shortest_edge", out JsonElement edge)
            ? edge.GetInt32() == config.GetProperty("crop_size").GetProperty("height").GetInt32()
                ? Create("shortest", edge, filter, config, "image_")
                : null
            : Create("squash", size.GetProperty("height"), filter, config, "image_");
    }

    private static Preprocessing? Create(
        string? mode, JsonElement size, JsonElement filter, JsonElement colours, string prefix) =>
        mode is "shortest" or "squash"
            ? new Preprocessing
            {
                Size = size.GetInt32(),
                ResizeMode = mode is "squash" ? ResizeMode.Squash : ResizeMode.Shortest,
                Interpolation = FilterOf(filter),
                Mean = Channels(colours.GetProperty($"{prefix}mean")),
                Std = Channels(colours.GetProperty($"{prefix}std")),
            }
            : null;

    // A name, or Pillow's number of the filter.
    private static Interpolation FilterOf(JsonElement filter) => filter.ToString() switch
    {
        "bicubic" or "3" => Interpolation.Bicubic,
        "bilinear" or "2" => Interpolation.Bilinear,
        var other => throw new InvalidDataException($"'{other}' is no filter that is known here."),
    };

    private static bool IsTransformers(JsonElement config) => config.TryGetProperty("do_resize", out JsonElement _);

    private static bool OffsetsAreCutDown(Framing framing) =>
        framing.WindowLeft == (framing.ResizedWidth - framing.Size) / 2
        && framing.WindowTop == (framing.ResizedHeight - framing.Size) / 2;

    private static Rgb Channels(JsonElement values) =>
        new(values[0].GetSingle(), values[1].GetSingle(), values[2].GetSingle());

    private static Tensor Numbers(JsonElement values) =>
        tensor(values.EnumerateArray().Select(value => value.GetDouble()).ToArray());
}
