using System.Text.Json;
using System.Text.Json.Nodes;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Weights;

/// <summary>What is read of models of other families, and what is refused by its own name.</summary>
public sealed class FamilyModelsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Sizes_are_those_of_the_tensors_and_of_the_pictures_that_the_folder_prepares()
    {
        using var siglip = ClipCheckpoint.Open(TinyTowers.Siglip(Path.Combine(_folder, "siglip")));
        using var dinov2 = ClipCheckpoint.Open(TinyTowers.Dinov2(Path.Combine(_folder, "dinov2")));
        using var mobile = ClipCheckpoint.Open(TinyTowers.MobileNetV4(Path.Combine(_folder, "mobile")));

        Assert.Equal((32, 8, 64, 2, 4, 64), Sizes(siglip));
        Assert.Equal((64, 64, 2, 4), (siglip.Architecture.ContextLength, siglip.Architecture.TextWidth,
            siglip.Architecture.TextLayers, siglip.Architecture.TextHeads));

        // Its table of positions has 5 × 5 patches of 8 pixels.
        Assert.Equal((32, 8, 64, 2, 2, 64), Sizes(dinov2));
        Assert.Equal(40, mobile.Architecture.EmbeddingSize);
        Assert.DoesNotContain(mobile.Tensors.Keys, name => name.Contains("classifier", StringComparison.Ordinal));
        Assert.Equal(36, mobile.Preprocessing!.ResizeSize);
    }

    [Theory]
    [InlineData("model.")]
    [InlineData("module._orig_mod.")]
    public void A_prefix_of_all_names_is_taken_off(string prefix)
    {
        string folder = TinyTowers.Dinov2(Path.Combine(_folder, "dinov2"));
        Rewrite(folder, (name, _) => prefix + name);

        using var clip = ClipCheckpoint.Open(folder);

        Assert.Equal("dinov2", clip.Architecture.Tower!.Family);
    }

    [Fact]
    public void Two_towers_in_a_file_are_named()
    {
        string folder = TinyTowers.Dinov2(Path.Combine(_folder, "dinov2"));
        Rewrite(folder, (name, number) => (number % 2 == 0 ? "student." : "teacher.") + name, twice: true);

        string message = Refusal(folder);

        Assert.Contains("'student.', 'teacher.'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void NaFlex_is_refused_by_its_name()
    {
        string folder = TinyTowers.Siglip(Path.Combine(_folder, "siglip"));
        Change(folder, config => config["model_type"] = "siglip2");

        Assert.Contains("NaFlex", Refusal(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blocks.2.0.attn.query.weight", "hybrid MobileNetV4")]
    [InlineData("blocks.2.0.layer_scale.gamma", "layer scales")]
    [InlineData("blocks.2.0.something.weight", "'blocks.2.0.something.weight' has no place")]
    public void What_no_tower_here_has_is_named(string tensor, string expected)
    {
        string folder = TinyTowers.MobileNetV4(Path.Combine(_folder, "mobile"));
        Rewrite(folder, (name, _) => name, extra: tensor);

        Assert.Contains(expected, Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        string folder = TinyTowers.Dinov2(Path.Combine(_folder, "dinov2"));
        Rewrite(folder, (name, _) => name == "encoder.layer.1.norm2.weight" ? "" : name);

        Assert.Contains("no tensor 'blocks.1.norm2.weight'", Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Heads_that_do_not_divide_the_width_are_refused()
    {
        string folder = TinyTowers.Dinov2(Path.Combine(_folder, "dinov2"));
        Change(folder, config => config["num_attention_heads"] = 5);

        Assert.Contains("64 wide, which 5 attention heads do not divide", Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void What_overrides_goes_before_the_configuration()
    {
        string folder = TinyTowers.Siglip(Path.Combine(_folder, "siglip"));

        using var clip = ClipCheckpoint.Open(folder, overrides: new ClipDetails
        {
            Activation = ClipActivation.Gelu,
            VisionHeads = 2,
            TextHeads = 8,
            ImageSize = 48,
        });

        Assert.Equal((48, 8, 64, 2, 2, 64), Sizes(clip));
        Assert.Equal(
            (ClipActivation.Gelu, ClipActivation.Gelu, 8),
            (clip.Architecture.Tower!.Activation, clip.Architecture.Text!.Activation, clip.Architecture.TextHeads));
    }

    private static (int, int, int, int, int, int) Sizes(ClipCheckpoint clip) => (
        clip.Architecture.ImageSize,
        clip.Architecture.PatchSize,
        clip.Architecture.VisionWidth,
        clip.Architecture.VisionLayers,
        clip.Architecture.VisionHeads, clip.Architecture.EmbeddingSize);

    private static string Refusal(string folder)
    {
        string message = Assert.Throws<PromptKDException>(() => ClipCheckpoint.Open(folder)).Message;
        Assert.StartsWith(folder, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private static void Change(string folder, Action<JsonNode> change)
    {
        string path = Path.Combine(folder, "config.json");
        JsonNode config = JsonNode.Parse(File.ReadAllText(path))!;
        change(config);
        File.WriteAllText(path, config.ToJsonString(JsonSerializerOptions.Default));
    }

    // An empty name leaves a tensor out.
    private static void Rewrite(
        string folder, Func<string, int, string> rename, bool twice = false, string? extra = null)
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(folder, "model.safetensors");
        Dictionary<string, Tensor> tensors = SafetensorsFile.Read(path);
        var renamed = new Dictionary<string, Tensor>();
        foreach ((string name, Tensor tensor) in tensors)
        {
            foreach (int number in twice ? new[] { 0, 1 } : [0])
            {
                renamed[rename(name, number)] = tensor;
            }
        }

        renamed.Remove("");
        if (extra is not null)
        {
            renamed[extra] = ones(4);
        }

        SafetensorsFile.Write(path, [.. renamed]);
    }
}
