using PromptKD.Golden;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Weights;

public sealed class ClipPreprocessingTests : IDisposable
{
    private const string Colours = "\"image_mean\": [0.5, 0.4, 0.3], \"image_std\": [0.1, 0.2, 0.3]";

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // As published: CLIP old and new, SigLIP, SigLIP 2, DINOv2; then one value of each kind.
    [Theory]
    [InlineData(
        """{"feature_extractor_type": "CLIPFeatureExtractor", "size": 224, "crop_size": 224,"""
        + """ "do_center_crop": true, "resample": 3}""",
        "shortest", 224, null, "bicubic")]
    [InlineData(
        """{"size": {"shortest_edge": 64}, "crop_size": {"height": 64, "width": 64},"""
        + """ "do_center_crop": true, "do_resize": true, "rescale_factor": 0.00392156862745098}""",
        "shortest", 64, null, "bicubic")]
    [InlineData(
        """{"image_processor_type": "SiglipImageProcessor", "do_convert_rgb": null, COLOURS,"""
        + """ "size": {"height": 64, "width": 64}, "resample": 3}""",
        "squash", 64, null, "bicubic")]
    [InlineData(
        """{"image_processor_type": "SiglipImageProcessor", COLOURS, "size": {"height": 48, "width": 48},"""
        + """ "resample": 2}""",
        "squash", 48, null, "bilinear")]
    [InlineData(
        """{"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 256},"""
        + """ "crop_size": {"height": 224, "width": 224}, "do_center_crop": true}""",
        "shortest", 224, 256, "bicubic")]
    [InlineData(
        """{"image_processor_type": "ViTImageProcessor", COLOURS, "size": 224, "resample": 2}""",
        "squash", 224, null, "bilinear")]
    [InlineData(
        """{"size": {"height": 256, "width": 256}, "do_center_crop": true, "crop_size": 224}""",
        "squash", 224, 256, "bicubic")]
    [InlineData(
        """{"size": {"longest_edge": 224}, "do_center_crop": false, "resample": 0}""",
        "longest", 224, null, "nearest")]
    [InlineData("""{"do_resize": false, "crop_size": 32, "resample": 1}""", "none", 32, null, "lanczos")]
    [InlineData("""{"resample": 4}""", "shortest", 224, null, "box")]
    [InlineData("""{"resample": 5}""", "shortest", 224, null, "hamming")]
    public void Of_Hugging_Face_says_how_images_are_resized_and_cut(
        string config, string mode, int size, int? resizeSize, string filter)
    {
        ClipPreprocessing images = Read(config);

        Assert.Equal(
            (mode, (int?)size, resizeSize, filter),
            (images.ResizeMode, images.ImageSize, images.ResizeSize, images.Interpolation));
    }

    [Theory]
    [InlineData("{COLOURS}", 0.5, 0.1)]
    [InlineData("{}", 0.48145466, 0.26862954)] // CLIPImageProcessor's defaults
    [InlineData("""{"do_normalize": false, COLOURS}""", 0, 1)]
    public void Of_Hugging_Face_says_how_colours_are_normalised(string config, double mean, double deviation)
    {
        ClipPreprocessing images = Read(config);

        Assert.Equal((mean, deviation), (images.Mean[0], images.StandardDeviation[0]));
    }

    [Theory]
    [InlineData("""{"image_mean": [0.5, 0.5]}""", "image_mean is [0.5, 0.5], expected three numbers")]
    [InlineData(
        """{"image_processor_type": "SiglipImageProcessor", "size": {"height": 64, "width": 64}}""",
        "no image_mean")]
    [InlineData("""{"size": {"height": 64, "width": 48}}""", "size is")]
    [InlineData("""{"size": {"shortest_edge": 64, "longest_edge": 128}}""", "size is")]
    [InlineData("""{"size": {}}""", "size is")]
    [InlineData("""{"crop_size": {"height": 64}}""", "crop_size is")]
    [InlineData("""{"do_center_crop": false}""", "would not be square")]
    [InlineData("""{"resample": 6}""", "resample is 6")]
    [InlineData("""{"resample": "bicubic"}""", "resample is \"bicubic\"")]
    [InlineData("""{"do_rescale": false}""", "do_rescale")]
    [InlineData("""{"rescale_factor": 0.0078}""", "expected 1/255")]
    [InlineData("[", "cannot be read as JSON")]
    public void Of_Hugging_Face_is_refused_where_it_cannot_be_told(string config, string reason)
    {
        var error = Assert.Throws<PromptKDException>(() => Read(config));

        Assert.StartsWith(Path.Combine(_folder, "preprocessor_config.json"), error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    // The last three as in the published MobileCLIP and SigLIP folders, and as open_clip's --force-resize-mode.
    [Theory]
    [InlineData("{}", "shortest", "bicubic", 0.48145466)]
    [InlineData(
        """{"mean": [0, 0, 0], "std": [1, 1, 1], "interpolation": "bilinear", "resize_mode": "shortest"}""",
        "shortest", "bilinear", 0)]
    [InlineData(
        """{"mean": [0.5, 0.5, 0.5], "interpolation": "bicubic", "resize_mode": "squash", "size": 32}""",
        "squash", "bicubic", 0.5)]
    [InlineData(
        """{"mean": [0.485, 0.456, 0.406], "resize_mode": "longest", "size": [32, 32]}""",
        "longest", "bicubic", 0.485)]
    public void Of_open_clip_has_its_own_values_then_open_clip_s(string config, string mode, string filter, double mean)
    {
        using ClipCheckpoint clip = OpenOpenClip(config);

        ClipPreprocessing images = Assert.IsType<ClipPreprocessing>(clip.Preprocessing);
        Assert.Equal(
            (mode, filter, mean, (int?)32),
            (images.ResizeMode, images.Interpolation, images.Mean[0], images.ImageSize));
    }

    [Theory]
    [InlineData("""{"size": 64}""", "64 × 64 pixels, but the image encoder beside it reads 32 × 32")]
    [InlineData("""{"size": [32, 48]}""", "size is [32, 48]")]
    [InlineData("""{"mode": "L"}""", "preprocess_cfg.mode is 'L'")]
    [InlineData("""{"std": 1}""", "std is 1, expected three numbers")]
    [InlineData("""{"resize_mode": 2}""", "resize_mode is 2")]
    public void Of_open_clip_is_refused_where_it_does_not_fit(string config, string reason)
    {
        var error = Assert.Throws<PromptKDException>(() => OpenOpenClip(config));

        Assert.StartsWith(Path.Combine(_folder, "open_clip_config.json"), error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_folder_must_fit_its_image_encoder()
    {
        string golden = Path.Combine(ProjectFolder.Golden, "14-formats", "huggingface-safetensors");
        File.Copy(Path.Combine(golden, "model.safetensors"), Path.Combine(_folder, "model.safetensors"));
        File.Copy(Path.Combine(golden, "config.json"), Path.Combine(_folder, "config.json"));
        string path = Path.Combine(_folder, "preprocessor_config.json");
        File.WriteAllText(path, """{"size": {"shortest_edge": 224}, "crop_size": 224}""");

        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(_folder));

        Assert.StartsWith($"{path}: it prepares images of 224 × 224 pixels", error.Message, StringComparison.Ordinal);
    }

    private ClipPreprocessing Read(string config)
    {
        File.WriteAllText(
            Path.Combine(_folder, "preprocessor_config.json"),
            config.Replace("COLOURS", Colours, StringComparison.Ordinal));
        return Assert.IsType<ClipPreprocessing>(HuggingFacePreprocessing.TryRead(_folder));
    }

    private ClipCheckpoint OpenOpenClip(string preprocess)
    {
        string golden = Path.Combine(ProjectFolder.Golden, "14-formats", "open_clip-gelu");
        const string Weights = "open_clip_model.safetensors";
        File.Copy(Path.Combine(golden, Weights), Path.Combine(_folder, Weights));
        File.WriteAllText(
            Path.Combine(_folder, "open_clip_config.json"),
            $$$"""
            {
              "model_cfg": {"vision_cfg": {"width": 64, "image_size": 32}, "text_cfg": {"heads": 1}},
              "preprocess_cfg": {{{preprocess}}}
            }
            """);
        return ClipCheckpoint.Open(_folder);
    }
}
