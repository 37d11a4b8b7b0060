using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Clip;

public sealed class ClipArchitectureTests
{
    public static TheoryData<string, ClipArchitecture> ResNets { get; } = new()
    {
        { "RN50", ClipArchitecture.ResNet50 },
        { "RN101", ClipArchitecture.ResNet101 },
        { "RN50x4", ClipArchitecture.ResNet50x4 },
        { "RN50x16", ClipArchitecture.ResNet50x16 },
        { "RN50x64", ClipArchitecture.ResNet50x64 },
    };

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

    [Theory]
    [MemberData(nameof(ResNets))]
    public void Reads_the_dimensions_of_a_ResNet_off_its_shapes(string name, ClipArchitecture expected)
    {
        var read = ClipArchitecture.Infer(ClipParameters.ShapesOf(expected));

        Assert.Equal(expected, read);
        Assert.Equal(name, read.Name);
    }

    // Widths and heads of open_clip's ViT-H-14, ViT-g-14 and ViT-bigG-14: heads of 80, 88 and 104 channels.
    [Theory]
    [InlineData(1280, 16)]
    [InlineData(1408, 16)]
    [InlineData(1664, 16)]
    public void Takes_heads_that_are_stated_and_does_not_guess_those_of_others(int width, int heads)
    {
        var stated = new ClipDetails { VisionHeads = heads };

        var read = ClipArchitecture.Infer(WithVisionWidth(width), "big.pt", stated);
        var error = Assert.Throws<PromptKDException>(() => ClipArchitecture.Infer(WithVisionWidth(width), "big.pt"));

        Assert.Equal(heads, read.VisionHeads);
        Assert.StartsWith(
            $"big.pt: nothing says how many attention heads its image encoder of width {width} has.",
            error.Message,
            StringComparison.Ordinal);
        Assert.Contains("vision_heads", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Guesses_heads_of_64_channels_up_to_OpenAI_s_widest_in_files_of_its_format_only()
    {
        var stated = new ClipDetails { Activation = ClipActivation.Gelu };

        var read = ClipArchitecture.Infer(WithVisionWidth(896));
        var error = Assert.Throws<PromptKDException>(
            () => ClipArchitecture.Infer(WithVisionWidth(896), "mine", stated, byOpenAi: false));

        Assert.Equal(14, read.VisionHeads); // 896 / 64
        Assert.Contains("width 896", error.Message, StringComparison.Ordinal);
        Assert.Throws<PromptKDException>(() => ClipArchitecture.Infer(WithVisionWidth(100)));
    }

    [Fact]
    public void Takes_a_published_width_for_OpenAI_s_but_not_its_activation()
    {
        var stated = new ClipDetails { Activation = ClipActivation.Gelu };

        var read = ClipArchitecture.Infer(VitL14At336Shapes(), "mine", stated, byOpenAi: false);
        var error = Assert.Throws<PromptKDException>(
            () => ClipArchitecture.Infer(VitL14At336Shapes(), "mine", byOpenAi: false));

        Assert.Equal(ClipArchitecture.VitL14At336 with { Activation = ClipActivation.Gelu }, read);
        Assert.StartsWith("mine: nothing says the activation.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_heads_that_do_not_divide_the_width()
    {
        var error = Assert.Throws<PromptKDException>(
            () => ClipArchitecture.Infer(VitL14At336Shapes(), "mine", new ClipDetails { TextHeads = 7 }));

        Assert.Equal("mine: 7 attention heads do not divide the text encoder's width of 768.", error.Message);
    }

    // CLIP paper, Table 20: embedding, pixels, blocks, width of the last feature map, heads; text width.
    [Theory]
    [InlineData("RN50", 1024, 224, 16, 2048, 32, 512)]
    [InlineData("RN101", 512, 224, 33, 2048, 32, 512)]
    [InlineData("RN50x4", 640, 288, 26, 2560, 40, 640)]
    [InlineData("RN50x16", 768, 384, 40, 3072, 48, 768)]
    [InlineData("RN50x64", 1024, 448, 64, 4096, 64, 1024)]
    public void Knows_the_published_ResNets(
        string name, int embedding, int pixels, int blocks, int width, int heads, int textWidth)
    {
        ClipArchitecture resNet = ResNets.Single(row => row.Data.Item1 == name).Data.Item2;

        Assert.Equal(
            (embedding, pixels, blocks, width, heads, textWidth),
            (resNet.EmbeddingSize, resNet.ImageSize, resNet.VisionLayers, resNet.VisionWidth, resNet.VisionHeads,
                resNet.TextWidth));
    }

    [Fact]
    public void Refuses_prompts_in_a_ResNet()
    {
        ClipArchitecture.VitB16.RequireTransformer("vit.pt");

        var error = Assert.Throws<PromptKDException>(() => ClipArchitecture.ResNet50.RequireTransformer("rn.pt"));

        Assert.StartsWith("rn.pt: its image encoder is a ResNet", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_the_patches_of_an_image()
    {
        // 224 / 16 = 14 patches a side, 14 x 14 = 196.
        Assert.Equal(14, ClipArchitecture.VitB16.PatchesPerSide);
        Assert.Equal(196, ClipArchitecture.VitB16.Patches);
    }

    private static Dictionary<string, long[]> WithVisionWidth(int width)
    {
        Dictionary<string, long[]> shapes = VitL14At336Shapes();
        shapes["visual.conv1.weight"] = [width, 3, 14, 14];
        shapes["visual.positional_embedding"] = [577, width];
        shapes["visual.proj"] = [width, 768];
        return shapes;
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
