using PromptKD.Demo.Drawing;
using PromptKD.Models.Clip;
using PromptKD.Text;

namespace PretrainDemo;

/// <summary>One model of the demo: how it learns, and from what.</summary>
/// <param name="Plan">Its sizes and steps.</param>
/// <param name="Folder">Name of the folder it is written to.</param>
/// <param name="Domain">The pictures it learns from.</param>
/// <param name="Captions">What it reads about them.</param>
internal sealed record DemoModel(PretrainingPlan Plan, string Folder, PictureDomain Domain, CaptionSource Captions)
{
    /// <summary>Tokens of the longest text: every caption fits.</summary>
    public const int ContextLength = 16;

    /// <summary>The larger model: 128 wide, four layers.</summary>
    public static ClipArchitecture TeacherArchitecture { get; } = new()
    {
        ImageSize = ScenePainter.Size,
        PatchSize = 8,
        VisionWidth = 128,
        VisionLayers = 4,
        VisionHeads = 2,
        EmbeddingSize = 128,
        TextWidth = 64,
        TextLayers = 2,
        TextHeads = 1,
        ContextLength = ContextLength,
    };

    /// <summary>The smaller model: 64 wide, three layers.</summary>
    public static ClipArchitecture StudentArchitecture { get; } = TeacherArchitecture with
    {
        VisionWidth = 64,
        VisionLayers = 3,
        VisionHeads = 1,
        EmbeddingSize = 64,
    };

    /// <summary>Trains it.</summary>
    /// <param name="tokenizer">Turns captions into token ids.</param>
    /// <param name="report">Gets lines of progress.</param>
    /// <returns>The trained model, rounded to 16 bits; the caller disposes it.</returns>
    public ContrastiveModel Train(ClipTokenizer tokenizer, Action<string> report) =>
        Pretraining.Run(
            Plan, tokenizer.VocabularySize, new PictureFeed(Domain, tokenizer, Captions, Plan.Seed), report);
}
