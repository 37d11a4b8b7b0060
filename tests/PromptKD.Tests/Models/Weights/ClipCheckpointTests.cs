using System.Security.Cryptography;
using PromptKD.Golden;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Weights;

public sealed class ClipCheckpointTests : IDisposable
{
    private static readonly string s_openAi = Path.Combine(
        ProjectFolder.Golden, "11-checkpoints", "openai_style_jit_mixed_fp16.pt");

    private static readonly string s_formats = Path.Combine(ProjectFolder.Golden, "14-formats");

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reads_an_archive_of_OpenAI_in_the_types_it_stores()
    {
        using var clip = ClipCheckpoint.Open(s_openAi);

        Assert.Equal(ScalarType.Float16, clip.Tensors["visual.proj"].dtype);
        Assert.Equal(ScalarType.Float32, clip.Tensors["visual.ln_post.weight"].dtype);
        Assert.Equal(2.8, clip.LogitScale, precision: 6);
        Assert.Equal(ClipActivation.QuickGelu, clip.Architecture.Activation);
        Assert.Equal(Path.GetDirectoryName(s_openAi), clip.Folder);
    }

    [Fact]
    public void Its_tensors_outlive_the_dispose_scope_it_was_opened_in()
    {
        ClipCheckpoint clip;
        using (NewDisposeScope())
        {
            clip = ClipCheckpoint.Open(s_openAi);
        }

        using (clip)
        {
            Assert.False(clip.Tensors["visual.proj"].IsInvalid);
        }
    }

    [Fact]
    public void Fetches_a_model_by_name()
    {
        OpenAiModel? asked = null;

        using var clip = ClipCheckpoint.Open("openai:vit-b-16", model =>
        {
            asked = model;
            return s_openAi;
        });

        // The address that the PromptKD project's own instructions give.
        Assert.Equal(
            "https://openaipublic.azureedge.net/clip/models/"
            + "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f/ViT-B-16.pt",
            asked?.Address.ToString());
    }

    [Theory]
    [InlineData("openai:ViT-L/14")]
    [InlineData("openai:ViT-Z/14")]
    public void Says_what_to_do_about_a_name_it_cannot_fetch(string name)
    {
        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(name));

        Assert.Contains("ViT-L", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Digests_several_files_as_one()
    {
        string folder = Path.Combine(s_formats, "huggingface-sharded");
        byte[] both =
        [
            .. File.ReadAllBytes(Path.Combine(folder, "model-00001-of-00002.safetensors")),
            .. File.ReadAllBytes(Path.Combine(folder, "model-00002-of-00002.safetensors")),
        ];

        using var clip = ClipCheckpoint.Open(folder);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(both)), clip.Sha256);
    }

    [Theory]
    [InlineData("huggingface-safetensors")]
    [InlineData("open_clip-gelu")]
    public void Knows_how_the_folder_prepares_images(string folder)
    {
        using var clip = ClipCheckpoint.Open(Path.Combine(s_formats, folder));

        ClipPreprocessing images = Assert.IsType<ClipPreprocessing>(clip.Preprocessing);
        Assert.Equal([0.48145466, 0.4578275, 0.40821073], images.Mean);
        Assert.Equal([0.26862954, 0.26130258, 0.27577711], images.StandardDeviation);
        Assert.Equal((32, "bicubic", "shortest"), (images.ImageSize, images.Interpolation, images.ResizeMode));
    }

    [Fact]
    public void Names_the_first_missing_tensor()
    {
        string path = WriteChanged(tensors => tensors.Remove("transformer.resblocks.1.attn.in_proj_weight"));

        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(path));

        Assert.StartsWith(
            $"{path}: no tensor 'transformer.resblocks.1.attn.in_proj_weight' [192, 64]",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Names_a_tensor_of_another_shape()
    {
        string path = WriteChanged(tensors => tensors["text_projection"] = zeros(64, 48));

        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(path));

        Assert.Contains("'text_projection' is [64, 48]", error.Message, StringComparison.Ordinal);
        Assert.Contains("needs [64, 32]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_tensors_that_a_CLIP_does_not_have()
    {
        string path = WriteChanged(tensors => tensors["logit_bias"] = zeros(1));

        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(path));

        Assert.Contains("'logit_bias' has no place", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_the_activation_from_the_caller_then_from_the_file_then_as_OpenAI_s()
    {
        string unstated = WriteChanged(tensors => { });
        string stated = Path.Combine(_folder, "stated.safetensors");
        using (NewDisposeScope())
        {
            SafetensorsFile.Write(
                stated,
                [.. SafetensorsFile.Read(unstated)],
                new Dictionary<string, string> { ["activation"] = "gelu" });
        }

        using var plain = ClipCheckpoint.Open(unstated);
        using var fromFile = ClipCheckpoint.Open(stated);
        using var fromCaller = ClipCheckpoint.Open(
            stated, overrides: new ClipDetails { Activation = ClipActivation.QuickGelu });

        Assert.Equal(ClipActivation.QuickGelu, plain.Architecture.Activation);
        Assert.Equal(ClipActivation.Gelu, fromFile.Architecture.Activation);
        Assert.Equal(ClipActivation.QuickGelu, fromCaller.Architecture.Activation);
    }

    [Theory]
    [InlineData("""{"model_type": "blip"}""", "blip")]
    [InlineData("""{"model_type": "siglip"}""", "model.safetensors")]
    [InlineData("""{"vision_config": {"hidden_act": "relu"}}""", "relu")]
    [InlineData("""{"vision_config": {"hidden_act": "gelu"}}""", "differs")]
    [InlineData("""{"vision_config": {"layer_norm_eps": 1e-6}}""", "layer_norm_eps")]
    [InlineData("""{"vision_config": {"hidden_act": 3}}""", "hidden_act is 3, expected a text")]
    [InlineData("""{"vision_config": {"num_attention_heads": "12"}}""", "num_attention_heads is \"12\"")]
    [InlineData("""{"vision_config": {"num_attention_heads": 0}}""", "at least 1")]
    [InlineData("""{"vision_config": []}""", "vision_config is [], expected an object")]
    [InlineData("""{"vision_config": {"layer_norm_eps": 1e999}}""", "layer_norm_eps is 1e999, expected a number")]
    [InlineData("""{"vision_config": {"hidden_act": "\ud800"}}""", "cannot be read as JSON")]
    [InlineData("""{"model_type": "clip", "model_type": "blip"}""", "cannot be read as JSON")]
    [InlineData("{}", "model.safetensors")]
    [InlineData("[]", "JSON")]
    [InlineData("{", "JSON")]
    public void Refuses_Hugging_Face_folders_that_are_no_CLIP(string config, string reason)
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), config);

        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(_folder));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_an_index_that_names_no_part()
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), "{}");
        string index = Path.Combine(_folder, "model.safetensors.index.json");
        File.WriteAllText(index, """{"weight_map": {}}""");

        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(_folder));

        Assert.StartsWith($"{index}: its 'weight_map' names no part.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../elsewhere.safetensors")]
    [InlineData("absent.safetensors")]
    public void Refuses_an_index_that_names_files_outside_of_the_folder(string part)
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), "{}");
        string index = Path.Combine(_folder, "model.safetensors.index.json");
        File.WriteAllText(index, $$$"""{"weight_map": {"x": "{{{part}}}"}}""");

        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(_folder));

        Assert.Contains($"'{part}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"vision_cfg": {"pool_type": "avg"}}""", "vision_cfg.pool_type is 'avg'")]
    [InlineData("""{"text_cfg": {"no_causal_mask": true}}""", "text_cfg.no_causal_mask is 'true'")]
    [InlineData(
        """{"vision_cfg": {"layers": [1, 1, 1, 1], "width": 2147483647}}""",
        "does not divide the image encoder's width")]
    [InlineData("""{"text_cfg": {"norm_kwargs": {"eps": 1e-6}}}""", "text_cfg.norm_kwargs")]
    [InlineData("""{"vision_cfg": {"act_kwargs": {"approximate": "tanh"}}}""", "vision_cfg.act_kwargs")]
    [InlineData("""{"vision_cfg": {"width": 100, "head_width": 64}}""", "does not divide")]
    [InlineData("""{"quick_gelu": "yes"}""", "quick_gelu")]
    public void Refuses_variants_of_open_clip_that_compute_something_else(string model, string reason)
    {
        File.WriteAllText(Path.Combine(_folder, "open_clip_config.json"), $$"""{"model_cfg": {{model}}}""");
        File.WriteAllText(Path.Combine(_folder, "open_clip_model.safetensors"), "");

        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(_folder));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private string WriteChanged(Action<Dictionary<string, Tensor>> change)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = SafetensorsFile.Read(
            Path.Combine(s_formats, "open_clip-gelu", "open_clip_model.safetensors"));
        change(tensors);
        string path = Path.Combine(_folder, "changed.safetensors");
        SafetensorsFile.Write(path, [.. tensors]);
        return path;
    }
}
