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
/// <param name="NamesClasses">Whether its captions name subcategories as often as names.</param>
internal sealed record ModelRecipe(PretrainingPlan Plan, IReadOnlyList<string> Styles, double Variation, bool NamesClasses)
{
    /// <summary>Joins of the byte-pair vocabulary: frequent words are one token, rare ones a few.</summary>
    public const int Merges = 1500;

    // Raised when captions, augmentation or the split change: what was trained before is then trained again.
    private const int Version = 1;

    /// <summary>Six layers; all source styles, augmented; every kind of caption.</summary>
    public static ModelRecipe Teacher { get; } = new(
        new PretrainingPlan
        {
            Name = "teacher",
            Architecture = new ClipArchitecture
            {
                ImageSize = Picture.Size,
                PatchSize = 16,
                VisionWidth = 128,
                VisionLayers = 6,
                VisionHeads = 2,
                EmbeddingSize = 128,
                TextWidth = 64,
                TextLayers = 2,
                TextHeads = 1,
                ContextLength = 24,
            },
            Steps = 1800,
            BatchSize = 64,
            Seed = 1,
        },
        ["noto", "noto-1", "emojione-1", "emojione-2", "openmoji"],
        Variation: 0.6,
        NamesClasses: true);

    /// <summary>Two layers; the two styles of one house, as they are; captions seldom name the class.</summary>
    public static ModelRecipe Student { get; } = new(
        Teacher.Plan with
        {
            Name = "student",
            Architecture = Teacher.Plan.Architecture with
            {
                VisionWidth = 96,
                VisionLayers = 2,
                VisionHeads = 2,
                TextLayers = 1,
            },
            Steps = 600,
            BatchSize = 128,
            Seed = 2,
        },
        ["noto", "noto-1"],
        Variation: 0,
        NamesClasses: false);

    /// <summary>Both.</summary>
    public static IReadOnlyList<ModelRecipe> All { get; } = [Student, Teacher];

    /// <summary>What stands for the recipe and a split: SHA-256, hexadecimal.</summary>
    public string Digest(Split split)
    {
        string all = JsonSerializer.Serialize(
            new { Version, Merges, Plan, Styles, Variation, NamesClasses, Test = split.Test.Order() });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
    }
}
