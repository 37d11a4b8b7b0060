using PromptKD.Models.Clip;
using PromptKD.Models.Costs;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Costs;

/// <summary>
/// Counts against the table that open_clip publishes of OpenAI's models (docs/model_profile.csv): millions of
/// parameters, and 10⁹ operations, two for each multiply-add.
/// </summary>
public sealed class TowerCostsTests
{
    public static TheoryData<string, double, double, double, double> Published => new()
    {
        { "ViT-B/32", 87.85, 63.43, 8.82, 5.96 },
        { "ViT-B/16", 86.19, 63.43, 35.13, 5.96 },
        { "ViT-L/14", 303.97, 123.65, 162.03, 13.30 },
        { "ViT-L/14@336px", 304.29, 123.65, 381.92, 13.30 },
        { "RN50", 38.32, 63.69, 12.22, 5.96 },
        { "RN101", 56.26, 63.43, 19.54, 5.96 },
        { "RN50x4", 87.14, 91.16, 42.56, 9.27 },
        { "RN50x16", 167.33, 123.65, 149.39, 13.30 },
        { "RN50x64", 420.38, 202.88, 529.11, 23.55 },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Counts_are_those_that_open_clip_publishes(
        string name, double imageParameters, double textParameters, double imageOperations, double textOperations)
    {
        ClipArchitecture clip = ClipArchitecture.Published.First(one => one.Name == name).Architecture;

        Assert.Equal(imageParameters, ParameterCount.OfImageTower(clip) / 1e6, 0.006);
        Assert.Equal(textParameters, ParameterCount.OfTextTower(clip) / 1e6, 0.006);

        Assert.Equal(imageOperations, 2 * TowerCosts.OfPicture(clip).MultiplyAdds / 1e9, 0.006);
        Assert.Equal(textOperations, 2 * TowerCosts.OfText(clip).MultiplyAdds / 1e9, 0.006);
    }

    [Fact]
    public void A_tower_of_round_sizes_is_counted_by_hand()
    {
        // 5 tokens of width 2: 4 patches of 3 · 2 · 2 numbers; one layer of 12 · 2 · 2 numbers for each token, scores
        // and mixing of 5 · 5 · 2; then 2 · 3 numbers.
        ClipArchitecture clip = TinyClip.Architecture with
        {
            ImageSize = 4,
            PatchSize = 2,
            VisionWidth = 2,
            VisionLayers = 1,
            VisionHeads = 1,
            EmbeddingSize = 3,
        };

        Operations counted = TowerCosts.OfPicture(clip);

        Assert.Equal((4 * 3 * 2 * 2 * 2) + (5 * 12 * 2 * 2) + (2 * 3), counted.Weighed);
        Assert.Equal(2 * 5 * 5 * 2, counted.Attended);
        Assert.Equal((3 * 5 * 2) + 2, counted.Normalised);
    }

    [Fact]
    public void A_learned_token_costs_what_a_patch_costs_behind_the_embedding()
    {
        Operations without = TowerCosts.OfPicture(ClipArchitecture.VitB16);
        Operations with = TowerCosts.OfPicture(ClipArchitecture.VitB16, prompts: 4);

        Assert.Equal(4L * 12 * 12 * 768 * 768, with.Weighed - without.Weighed);
        Assert.Equal(2L * 12 * 768 * ((201 * 201) - (197 * 197)), with.Attended - without.Attended);
    }

    [Fact]
    public void A_multiply_add_is_one_operation_and_a_normalised_number_five_in_published_tables() =>
        Assert.Equal(7 + (5 * 2), new Operations(7, Attended: 100, Normalised: 2).AsPublished);

    // 2 layers of width 64 with perceptrons of 96, 16 patches of 8 × 8, a class token.
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_transformer_of_another_family_costs_what_its_matrices_do(int prompts)
    {
        long tokens = 17 + prompts;
        Operations found = Of(TinyTowers.Dinov2, prompts);

        Assert.Equal((16 * 192 * 64) + (2 * tokens * ((4 * 64 * 64) + (2 * 64 * 96))), found.Weighed);
        Assert.Equal(2 * 2 * tokens * tokens * 64, found.Attended);
        Assert.Equal(5 * tokens * 64, found.Normalised);
    }

    // Layer by layer: places × outputs × inputs of a group × kernel.
    [Fact]
    public void A_MobileNet_costs_what_its_convolutions_do()
    {
        const long Stem = (256 * 8 * 27) + (64 * 8 * 72) + (64 * 8 * 8);
        const long First = (64 * 8 * 25) + (64 * 32 * 8) + (16 * 32 * 9) + (16 * 16 * 32);
        const long Second = (16 * 16 * 25) + (16 * 32 * 16) + (16 * 32 * 9) + (16 * 16 * 32);
        const long Head = (16 * 24 * 16) + (24 * 40);

        Assert.Equal(Stem + First + Second + Head, Of(TinyTowers.MobileNetV4, prompts: 0).MultiplyAdds);
    }

    private static Operations Of(Func<string, ulong, string> write, int prompts)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            write(folder, 1);
            using ClipCheckpoint clip = ClipCheckpoint.Open(folder);
            return TowerCosts.OfPicture(clip.Architecture, prompts);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
