using PromptKD.Models;

namespace PromptKD.Tests.Models;

public sealed class ClipArchitectureTests
{
    [Fact]
    public void Reads_the_dimensions_of_ViT_L_14_at_336_pixels_off_its_shapes() =>
        // Shapes of OpenAI's released ViT-L-14-336px.pt: 24 x 24 patches and the class token.
        Assert.Equal(ClipArchitecture.VitL14At336, ClipArchitecture.Infer(VitL14At336Shapes()));

    [Theory]
    [InlineData("token_embedding.weight")]
    [InlineData("visual.proj")]
    public void Names_a_missing_tensor(string name)
    {
        Dictionary<string, long[]> shapes = VitL14At336Shapes();
        shapes.Remove(name);

        var error = Assert.Throws<PromptKDException>(() => ClipArchitecture.Infer(shapes, "mine.pt"));

        Assert.StartsWith($"mine.pt: no tensor '{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_positions_that_are_no_square_grid()
    {
        Dictionary<string, long[]> shapes = VitL14At336Shapes();
        shapes["visual.positional_embedding"] = [578, 1024];

        var error = Assert.Throws<PromptKDException>(() => ClipArchitecture.Infer(shapes));

        Assert.Contains("578 rows", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_layer_number_that_no_file_could_hold()
    {
        Dictionary<string, long[]> shapes = VitL14At336Shapes();
        shapes["transformer.resblocks.2147483647.ln_1.weight"] = [768];

        var error = Assert.Throws<PromptKDException>(() => ClipArchitecture.Infer(shapes));

        Assert.Contains("'transformer.resblocks.2147483647.…'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_that_ResNets_are_not_supported_yet()
    {
        var error = Assert.Throws<PromptKDException>(() => ClipArchitecture.Infer(
            new Dictionary<string, long[]> { ["visual.layer1.0.conv1.weight"] = [64, 64, 1, 1] }));

        Assert.Contains("ResNet", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_the_patches_of_an_image()
    {
        // 224 / 16 = 14 patches a side, 14 x 14 = 196.
        Assert.Equal(14, ClipArchitecture.VitB16.PatchesPerSide);
        Assert.Equal(196, ClipArchitecture.VitB16.Patches);
    }

    private static Dictionary<string, long[]> VitL14At336Shapes()
    {
        var shapes = new Dictionary<string, long[]>
        {
            ["visual.conv1.weight"] = [1024, 3, 14, 14],
            ["visual.positional_embedding"] = [577, 1024],
            ["visual.proj"] = [1024, 768],
            ["positional_embedding"] = [77, 768],
            ["token_embedding.weight"] = [49408, 768],
        };
        for (int layer = 0; layer < 24; layer++)
        {
            shapes[$"visual.transformer.resblocks.{layer}.ln_1.weight"] = [1024];
        }

        for (int layer = 0; layer < 12; layer++)
        {
            shapes[$"transformer.resblocks.{layer}.ln_1.weight"] = [768];
        }

        return shapes;
    }
}
