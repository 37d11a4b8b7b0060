using PromptKD.Configuration.Presets;
using PromptKD.Features;
using PromptKD.Golden;
using PromptKD.Models.Clip;
using PromptKD.Models.Towers.Tokens;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Weights;

/// <summary>Models at other sizes of pictures than they were made for.</summary>
public sealed class PictureSizeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Families, a size, and the side that pictures are resized to for it; null for the size itself.</summary>
    public static TheoryData<string, int, int?> Sizes => new()
    {
        { "siglip", 56, null },
        { "siglip", 24, null },
        { "eva", 48, null },

        // transformers' DINOv2 resizes to 40 and cuts 32 out; timm to size / 0.875, rounded down.
        { "dinov2", 64, 80 },
        { "dinov2", 20, 25 },
        { "mobilenetv4", 50, 57 },
        { "mobilenetv4", 96, 109 },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_tower_looks_at_pictures_of_another_size(string family, int size, int? resized)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClipCheckpoint clip = ModelFiles.OpenClip(Make(family), size, cancellation: Stop);

        Tensor features = Features(clip, TinyClip.Random(3, 2, 3, size, size));

        Assert.Equal([2, clip.Architecture.EmbeddingSize], features.shape);
        Assert.Equal(size, clip.Architecture.ImageSize);
        var preparation = TowerPreparation.Of(DistillPreset.Config.Input, clip);
        Assert.Equal((size, resized), (preparation.Size, preparation.ResizeSize));
    }

    [Theory]
    [InlineData("siglip", 7, "cannot look at pictures of 7 × 7 pixels; of 8 × 8 or more it can")]
    [InlineData("mobilenetv4", 31, "cannot look at pictures of 31 × 31 pixels; of 32 × 32 or more it can")]
    [InlineData("onnx", 48, "an ONNX graph looks at pictures of the size that it was exported for")]
    [InlineData("resnet", 48, "cannot read pictures of 48 × 48 pixels instead of")]
    [InlineData("clip", 3, "cannot read pictures of 3 × 3 pixels")]
    public void Sizes_without_a_meaning_are_refused(string family, int size, string expected)
    {
        string message = Assert.Throws<PromptKDException>(
            () => ModelFiles.OpenClip(Make(family), size, cancellation: Stop)).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    /// <summary>
    /// libtorch's own bicubic interpolation, with and without antialiasing, on grids that grow and shrink.
    /// </summary>
    [Theory]
    [InlineData(7, 16, 16)]
    [InlineData(16, 7, 7)]
    [InlineData(4, 5, 3)]
    [InlineData(37, 16, 18)]
    public void Positions_are_interpolated_as_torch_does(int side, int rows, int columns)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor table = TinyClip.Random(5, side * side, 6);
        Tensor picture = table.view(1, side, side, 6).permute(0, 3, 1, 2);
        foreach ((PositionResampling kind, bool antialias) in new[]
        {
            (PositionResampling.Cubic, false), (PositionResampling.Antialiased, true),
        })
        {
            Tensor theirs = nn.functional.interpolate(
                picture, [rows, columns], mode: InterpolationMode.Bicubic, align_corners: false, antialias: antialias);

            Tensor ours = PositionGrid.Resample(table, rows, columns, kind);

            Assert.True(ours.allclose(theirs.permute(0, 2, 3, 1).reshape(rows * columns, 6), 1e-5, 1e-5), $"{kind}");
        }
    }

    [Theory]
    [InlineData("clip", true)]
    [InlineData("transformers", false)]
    public void A_CLIP_is_resampled_as_the_program_of_its_format_does(string format, bool antialias)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClipCheckpoint own = ModelFiles.OpenClip(Make(format), cancellation: Stop);
        int patch = own.Architecture.PatchSize, side = own.Architecture.ImageSize / patch;
        using ClipCheckpoint larger = ModelFiles.OpenClip(Make(format), patch * (side + 3), cancellation: Stop);
        Tensor table = own.Tensors["visual.positional_embedding"].to(ScalarType.Float32);
        Tensor grid = table.narrow(0, 1, side * side).view(1, side, side, -1).permute(0, 3, 1, 2);

        Tensor expected = nn.functional.interpolate(
            grid, [side + 3, side + 3], mode: InterpolationMode.Bicubic, align_corners: false, antialias: antialias);

        Tensor found = larger.Tensors["visual.positional_embedding"];
        Assert.True(found.narrow(0, 0, 1).allclose(table.narrow(0, 0, 1)));
        Assert.True(found.narrow(0, 1, (side + 3) * (side + 3))
            .allclose(expected.permute(0, 2, 3, 1).reshape(-1, table.shape[1]), 1e-5, 1e-5));
    }

    [Fact]
    public void Pixels_behind_the_last_whole_patch_are_not_seen()
    {
        using DisposeScope scope = NewDisposeScope();
        using ClipCheckpoint own = ModelFiles.OpenClip(Make("clip"), cancellation: Stop);
        int size = own.Architecture.ImageSize, larger = size + own.Architecture.PatchSize - 1;
        using ClipCheckpoint other = ModelFiles.OpenClip(Make("clip"), larger, cancellation: Stop);
        Tensor pictures = TinyClip.Random(3, 2, 3, larger, larger);

        Tensor seen = Features(other, pictures);

        Assert.True(seen.allclose(Features(own, pictures.narrow(2, 0, size).narrow(3, 0, size)), 1e-5, 1e-6));
    }

    private static Tensor Features(ClipCheckpoint clip, Tensor pictures)
    {
        using var tower = ImageEncoder.Create(clip.Architecture, ScalarType.Float32, CPU);
        ModuleWeights.Fill(tower, clip.Tensors, "visual.", clip.Description);
        tower.eval();
        return tower.forward(pictures, prompts: null);
    }

    private string Make(string family)
    {
        string folder = Path.Combine(_folder, family);
        string file = $"{folder}.safetensors";
        if (File.Exists(file))
        {
            return file;
        }

        switch (family)
        {
            case "siglip":
                return TinyTowers.Siglip(folder);
            case "transformers":
                return Path.Combine(ProjectFolder.Golden, "14-formats", "huggingface-safetensors");
            case "eva":
                return TinyTowers.Eva(folder);
            case "dinov2":
                return TinyTowers.Dinov2(folder);
            case "mobilenetv4":
                return TinyTowers.MobileNetV4(folder);
            case "onnx":
                return $"onnx:{TinyOnnx.Tower(folder)}";
            default:
                using (DisposeScope scope = NewDisposeScope())
                {
                    SafetensorsFile.Write(
                        file,
                        [.. family == "clip" ? TinyClip.Weights(1) : TinyResNet.Weights(TinyResNet.Architecture)]);
                }

                return file;
        }
    }
}
