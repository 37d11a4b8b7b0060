using System.Text.Json;

namespace PromptKD.Models.Weights;

/// <summary>
/// Reads <c>preprocessor_config.json</c>, in which transformers' image processors say how they prepare images.
/// </summary>
/// <remarks>
/// What a file leaves out has the default of its processor: those of CLIPImageProcessor and BitImageProcessor are
/// known here (224 pixels, bicubic, the middle cut out, OpenAI's mean); other processors have to say all of it.
/// </remarks>
internal static class HuggingFacePreprocessing
{
    private const string FileName = "preprocessor_config.json";
    private const int DefaultSize = 224;

    // In the order of Pillow's numbers (PIL.Image.Resampling).
    private static readonly string[] s_filters = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"];

    /// <returns>Null where the folder has no such file.</returns>
    /// <exception cref="PromptKDException">It is malformed, or asks for what cannot be told here.</exception>
    public static ClipPreprocessing? TryRead(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        JsonElement? config = ModelFolder.ReadJson(path);
        RequireUnitRange(config, path);
        bool normalizes = config.Flag("do_normalize", path) ?? true;
        var colours = new ClipPreprocessing
        {
            Source = path,
            CutsDown = true,
            Mean = normalizes ? Channels(config, "image_mean", ClipPreprocessing.DefaultMean, path) : [0, 0, 0],
            StandardDeviation = normalizes
                ? Channels(config, "image_std", ClipPreprocessing.DefaultDeviation, path)
                : [1, 1, 1],
            Interpolation = ReadFilter(config, path),
        };
        return ReadShape(config, colours, path);
    }

    private static ClipPreprocessing ReadShape(JsonElement? config, ClipPreprocessing colours, string path)
    {
        (string mode, int size) = ReadSize(config, path);
        bool crops = config.Flag("do_center_crop", path) ?? (mode != "squash" || config.Find("crop_size") is not null);
        int? crop = crops ? ReadCrop(config, path) : null;
        if (config.Flag("do_resize", path) == false)
        {
            return colours with { ImageSize = crop, ResizeMode = "none" };
        }

        if (crop is null && mode == "shortest")
        {
            throw new PromptKDException(
                $"{path}: size is that of the short side and do_center_crop is false, so images would not be square; "
                + "expected a height and a width, or the middle cut out.");
        }

        int imageSize = crop ?? size;
        return colours with { ImageSize = imageSize, ResizeSize = size == imageSize ? null : size, ResizeMode = mode };
    }

    // 224, {"shortest_edge": 224}, {"height": 224, "width": 224} and {"longest_edge": 224} are all in use. A plain
    // number is the short side to CLIP's processor and both sides to most others.
    private static (string Mode, int Pixels) ReadSize(JsonElement? config, string path)
    {
        if (config.Find("size") is not { } size)
        {
            RequireDefaults(config, "size", path);
            return ("shortest", DefaultSize);
        }

        if (size.ValueKind == JsonValueKind.Number)
        {
            return (HasKnownDefaults(config, path) ? "shortest" : "squash", config.Count("size", path)!.Value);
        }

        JsonElement? sides = size;
        return (sides.Count("shortest_edge", path), sides.Count("longest_edge", path), Square(sides, path)) switch
        {
            ({ } shortest, null, null) => ("shortest", shortest),
            (null, { } longest, null) => ("longest", longest),
            (null, null, { } side) => ("squash", side),
            _ => throw JsonReading.Refuse(
                path, "size", size, "a number, a shortest_edge, a longest_edge, or a height and an equal width"),
        };
    }

    private static int ReadCrop(JsonElement? config, string path)
    {
        if (config.Find("crop_size") is not { } crop)
        {
            RequireDefaults(config, "crop_size", path);
            return DefaultSize;
        }

        return crop.ValueKind == JsonValueKind.Number
            ? config.Count("crop_size", path)!.Value
            : Square(crop, path)
                ?? throw JsonReading.Refuse(path, "crop_size", crop, "a number, or a height and an equal width");
    }

    private static int? Square(JsonElement? sides, string path) =>
        sides.Count("height", path) is { } height && sides.Count("width", path) == height ? height : null;

    private static string ReadFilter(JsonElement? config, string path)
    {
        if (config.Integer("resample", path) is not { } number)
        {
            RequireDefaults(config, "resample", path);
            return "bicubic";
        }

        return number >= 0 && number < s_filters.Length
            ? s_filters[number]
            : throw JsonReading.Refuse(
                path, "resample", config.Find("resample")!.Value, $"a number of Pillow's, 0–{s_filters.Length - 1}");
    }

    private static IReadOnlyList<double> Channels(
        JsonElement? config, string name, IReadOnlyList<double> usual, string path)
    {
        if (config.Channels(name, path) is { } given)
        {
            return given;
        }

        RequireDefaults(config, name, path);
        return usual;
    }

    // Values 0–255 are divided by 255 here, always.
    private static void RequireUnitRange(JsonElement? config, string path)
    {
        const double Factor = 1.0 / 255;
        if (config.Flag("do_rescale", path) == false)
        {
            throw new PromptKDException($"{path}: do_rescale is false, but only pixels of values 0–1 are supported.");
        }

        if (config.Number("rescale_factor", path) is { } factor && Math.Abs(factor - Factor) > 1e-6 * Factor)
        {
            throw JsonReading.Refuse(path, "rescale_factor", config.Find("rescale_factor")!.Value, "1/255");
        }
    }

    private static void RequireDefaults(JsonElement? config, string name, string path)
    {
        if (!HasKnownDefaults(config, path))
        {
            throw new PromptKDException(
                $"{path}: no {name}, and its default for {Processor(config, path)} is not known here. Write it there.");
        }
    }

    private static bool HasKnownDefaults(JsonElement? config, string path) =>
        Processor(config, path) is not { } processor
        || processor.StartsWith("CLIP", StringComparison.Ordinal)
        || processor.StartsWith("Bit", StringComparison.Ordinal);

    private static string? Processor(JsonElement? config, string path) =>
        config.Text("image_processor_type", path) ?? config.Text("feature_extractor_type", path);
}
