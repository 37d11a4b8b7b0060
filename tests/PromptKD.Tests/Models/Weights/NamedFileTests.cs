using PromptKD.Golden;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Models.Weights.Zip;

namespace PromptKD.Tests.Models.Weights;

public sealed class NamedFileTests : IDisposable
{
    private const string HuggingFace = "huggingface-safetensors/model.safetensors";
    private const string OpenClip = "open_clip-gelu/open_clip_model.safetensors";
    private const string Siglip = """{"model_type": "siglip"}""";

    private static readonly string s_formats = Path.Combine(ProjectFolder.Golden, "14-formats");

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // The activations that the case itself states.
    [Theory]
    [InlineData(HuggingFace, "QuickGelu")]
    [InlineData("huggingface-pytorch-bin/pytorch_model.bin", "QuickGelu")]
    [InlineData(OpenClip, "Gelu")]
    [InlineData("open_clip-custom-text/open_clip_model.safetensors", "QuickGelu")]
    public void Is_read_as_if_its_folder_had_been_named(string file, string activation)
    {
        string path = Path.Combine(s_formats, file);

        using var named = ClipCheckpoint.Open(path);
        using var folder = ClipCheckpoint.Open(Path.GetDirectoryName(path)!);

        Assert.Equal(activation, named.Architecture.Activation.ToString());
        Assert.Equal(folder.Architecture, named.Architecture);
        Assert.Equal(folder.Preprocessing!.Mean, named.Preprocessing!.Mean);
        Assert.Equal(32, named.Preprocessing.ImageSize);
    }

    [Theory]
    [InlineData("""{"width": 64, "head_width": 32}""", """{"heads": 4}""", 2, 4)]
    [InlineData("""{"width": 64}""", "{}", 1, 8)]
    public void Has_the_heads_of_the_configuration_beside_it(string vision, string text, int visionHeads, int textHeads)
    {
        string path = Copy(OpenClip, "open_clip_model.safetensors");
        Write("open_clip_config.json", $$$"""{"model_cfg": {"vision_cfg": {{{vision}}}, "text_cfg": {{{text}}} } }""");

        using var clip = ClipCheckpoint.Open(path);

        Assert.Equal(
            (visionHeads, textHeads, ClipActivation.Gelu),
            (clip.Architecture.VisionHeads, clip.Architecture.TextHeads, clip.Architecture.Activation));
    }

    [Fact]
    public void Of_transformers_has_12_and_8_heads_where_its_configuration_leaves_them_out()
    {
        string path = Copy(HuggingFace, "finetuned.safetensors");
        Write("config.json", """{"model_type": "clip", "vision_config": {"num_attention_heads": 4}}""");

        using var clip = ClipCheckpoint.Open(path);

        // The defaults of transformers' CLIPTextConfig: 8 heads, quick_gelu.
        Assert.Equal((4, 8), (clip.Architecture.VisionHeads, clip.Architecture.TextHeads));
        Assert.Equal(ClipActivation.QuickGelu, clip.Architecture.Activation);
    }

    [Theory]
    [InlineData(HuggingFace, "model.safetensors")]
    [InlineData(OpenClip, "open_clip_model.safetensors")]
    [InlineData("open_clip-custom-text/open_clip_model.safetensors", "other.safetensors")]
    public void Of_another_program_without_its_configuration_is_refused(string file, string name)
    {
        string path = Copy(file, name);

        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(path));

        Assert.StartsWith($"{path}: nothing says", error.Message, StringComparison.Ordinal);
        Assert.Contains("config.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void May_state_everything_in_its_metadata()
    {
        string path = Restate(
            HuggingFace, new() { ["activation"] = "gelu", ["vision_heads"] = "2", ["text_heads"] = "4" });

        using var clip = ClipCheckpoint.Open(path);

        Assert.Equal(
            (2, 4, ClipActivation.Gelu),
            (clip.Architecture.VisionHeads, clip.Architecture.TextHeads, clip.Architecture.Activation));
    }

    [Theory]
    [InlineData("activation", "relu", "its activation is 'relu'")]
    [InlineData("vision_heads", "two", "its vision_heads is 'two'")]
    [InlineData("text_heads", "0", "its text_heads is '0'")]
    [InlineData("text_heads", "3", "3 attention heads do not divide")]
    public void Refuses_metadata_that_makes_no_sense(string key, string value, string reason)
    {
        string path = Restate(OpenClip, new() { [key] = value });

        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(path));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Must_not_contradict_the_configuration_beside_it()
    {
        string path = Restate(HuggingFace, new() { ["activation"] = "gelu" });
        string config = Path.Combine(s_formats, "huggingface-safetensors", "config.json");
        File.Copy(config, Path.Combine(_folder, "config.json"));

        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(path));

        Assert.Contains("activation is Gelu", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json", Siglip)]
    [InlineData("config.json", "{")]
    [InlineData("open_clip_config.json", "{")]
    public void An_archive_of_OpenAI_does_not_mind_what_lies_beside_it(string name, string text)
    {
        string path = Path.Combine(_folder, "ViT-B-16.pt");
        File.Copy(Path.Combine(ProjectFolder.Golden, "11-checkpoints", "openai_style_jit_mixed_fp16.pt"), path);
        Write(name, text);

        using var clip = ClipCheckpoint.Open(path);

        Assert.Equal(ClipActivation.QuickGelu, clip.Architecture.Activation);
    }

    [Theory]
    [InlineData(Siglip)]
    [InlineData("{")]
    public void A_state_dict_of_OpenAI_s_names_does_not_mind_another_program_s_config(string config)
    {
        string path = Copy(OpenClip, "mine.safetensors");
        Write("config.json", config);

        using var clip = ClipCheckpoint.Open(path);

        Assert.Equal(ClipActivation.QuickGelu, clip.Architecture.Activation);
    }

    [Theory]
    [InlineData("{", "cannot be read as JSON")]
    [InlineData(Siglip, "model_type is 'siglip'")]
    public void Refuses_a_configuration_that_should_be_its_own_but_is_no_CLIP_s(string config, string reason)
    {
        string path = Copy(HuggingFace, "model.safetensors");
        Write("config.json", config);

        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(path));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Has_open_clip_s_configuration_only_where_no_other_weights_could()
    {
        File.Copy(
            Path.Combine(s_formats, "open_clip-gelu", "open_clip_config.json"),
            Path.Combine(_folder, "open_clip_config.json"));
        string path = Copy(OpenClip, "mine.safetensors");
        using (var alone = ClipCheckpoint.Open(path))
        {
            Assert.Equal(ClipActivation.Gelu, alone.Architecture.Activation);
        }

        Copy(OpenClip, "open_clip_model.safetensors");
        var error = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(path));

        Assert.StartsWith(
            $"{path}: nothing says whether the open_clip_config.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void That_is_one_part_of_a_model_is_refused()
    {
        string folder = Path.Combine(s_formats, "huggingface-sharded");

        var error = Assert.Throws<PromptKDException>(
            () => ClipCheckpoint.Open(Path.Combine(folder, "model-00001-of-00002.safetensors")));

        Assert.Contains($"Give its folder, '{folder}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_PyTorch_s_own_format_is_not_taken_for_an_archive_of_OpenAI()
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(_folder, "state.pt");
        TorchZipWriter.WriteStateDict(path, [.. SafetensorsFile.Read(Path.Combine(s_formats, OpenClip))]);

        using CheckpointFile file = CheckpointFile.Open(path);
        using CheckpointFile archive = CheckpointFile.Open(
            Path.Combine(ProjectFolder.Golden, "11-checkpoints", "openai_style_jit_mixed_fp16.pt"));

        Assert.False(file.IsTorchScript);
        Assert.True(archive.IsTorchScript);
    }

    private string Copy(string file, string name)
    {
        string path = Path.Combine(_folder, name);
        File.Copy(Path.Combine(s_formats, file), path);
        return path;
    }

    private string Restate(string file, Dictionary<string, string> metadata)
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(_folder, "stated.safetensors");
        SafetensorsFile.Write(path, [.. SafetensorsFile.Read(Path.Combine(s_formats, file))], metadata);
        return path;
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
