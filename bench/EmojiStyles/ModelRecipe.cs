using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PretrainDemo;
using PromptKD.Models.Clip;

namespace EmojiStyles;

/// <summary>A CLIP of the benchmark: all that decides its weights, beside the split and the pictures.</summary>
/// <param name="Plan">Its sizes and steps.</param>
/// <param name="Styles">The styles that it learns from.</param>
/// <param name="Variation">How far pictures vary, see <see cref="Augmentation"/>; 0: not at all.</param>
/// <param name="ClassShare">How many of its captions name the subcategory and nothing else, see <see
/// cref="StyleCaptions"/>.</param>
internal sealed record ModelRecipe(
    PretrainingPlan Plan, IReadOnlyList<string> Styles, double Variation, double ClassShare)
{
    /// <summary>Joins of the byte-pair vocabulary: frequent words are one token, rare ones a few.</summary>
    public const int Merges = 1500;

    // Raised when captions, augmentation or the split change: what was trained before is then trained again.
    private const int Version = 2;

    /// <summary>Four layers; five source styles, much varied; two captions in five name the class.</summary>
    public static ModelRecipe Teacher { get; } = new(
        new PretrainingPlan
        {
            Name = "teacher",
            Architecture = new ClipArchitecture
            {
                ImageSize = Picture.Size,
                PatchSize = 8,
                VisionWidth = 128,
                VisionLayers = 4,
                VisionHeads = 2,
                EmbeddingSize = 128,
                TextWidth = 64,
                TextLayers = 2,
                TextHeads = 1,
                ContextLength = 24,
            },
            Steps = 3600,
            BatchSize = 64,
            Seed = 1,
        },
        ["noto", "noto-1", "emojione-1", "emojione-2", "openmoji"],
        Variation: 0.5,
        ClassShare: 0.4);

    /// <summary>Three layers; three of the styles; no caption names the class.</summary>
    public static ModelRecipe Student { get; } = new(
        Teacher.Plan with
        {
            Name = "student",
            Architecture = Teacher.Plan.Architecture with
            {
                VisionWidth = 64,
                VisionLayers = 3,
                VisionHeads = 1,
                TextLayers = 1,
            },
            Steps = 4000,
            Seed = 2,
        },
        ["noto", "noto-1", "emojione-2"],
        Variation: 0.5,
        ClassShare: 0);

    /// <summary>Both.</summary>
    public static IReadOnlyList<ModelRecipe> All { get; } = [Student, Teacher];

    /// <summary>The same, its scale given; its name tells it apart.</summary>
    /// <param name="scale">
    /// What cosines are multiplied by in the end; null for the recipe itself, whose scale is learned.
    /// </param>
    public ModelRecipe AtScale(int? scale) => scale is { } held
        ? this with
        {
            Plan = Plan with
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"{Plan.Name}-{held}"),
                Scale = held,
            },
        }
        : this;

    /// <summary>What stands for the recipe and a split: SHA-256, hexadecimal.</summary>
    public string Digest(Split split)
    {
        string all = JsonSerializer.Serialize(
            new { Version, Merges, Plan, Styles, Variation, ClassShare, Test = split.Test.Order() });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
    }
}
