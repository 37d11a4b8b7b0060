using PromptKD.Runtime;

namespace PromptKD.Inference.Profiles;

/// <summary>What a model has, what it computes, and how fast it does that here.</summary>
/// <param name="Model">What was profiled, for people.</param>
/// <param name="Method">What it learned by, as TRAINER.NAME spells it; null for a CLIP as it is.</param>
/// <param name="Classes">How many classes it tells apart.</param>
/// <param name="Parts">Its parts.</param>
/// <param name="Published">What published tables say of such a model, counted as they count.</param>
/// <param name="Measured">What was measured; null where it was only counted.</param>
public sealed record ModelProfile(
    string Model,
    string? Method,
    int Classes,
    IReadOnlyList<ProfiledPart> Parts,
    PublishedCost Published,
    MeasuredCost? Measured)
{
    /// <summary>Its parts.</summary>
    public IReadOnlyList<ProfiledPart> Parts { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Parts);

    /// <summary>Parameters of all parts, the text tower's included.</summary>
    public long Parameters => Parts.Sum(part => part.Parameters);

    /// <summary>Those of them that learned.</summary>
    public long Learned => Parts.Sum(part => part.Learned);

    /// <summary>Multiply-adds to classify a picture, with class vectors that are there.</summary>
    public long MultiplyAdds => Parts.Sum(part => part.Times == ProfiledPart.OnceForEachClass ? 0
        : part.Times == ProfiledPart.ForEachPictureAndClass ? Classes * part.MultiplyAdds
        : part.MultiplyAdds);
}

/// <summary>A part of a model.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Parameters">Its parameters, running statistics not counted.</param>
/// <param name="Learned">Those of them that learned.</param>
/// <param name="MultiplyAdds">
/// Products of two numbers and their places in sums, for one of <paramref name="Times"/>.
/// </param>
/// <param name="Times">When it computes: <see cref="ForEachPicture"/> and so on.</param>
public sealed record ProfiledPart(string Name, long Parameters, long Learned, long MultiplyAdds, string Times)
{
    /// <summary>It computes for each picture.</summary>
    public const string ForEachPicture = "picture";

    /// <summary>It computes for each class, once, before the first picture.</summary>
    public const string OnceForEachClass = "class";

    /// <summary>It computes for each picture with each class: CoCoOp's texts.</summary>
    public const string ForEachPictureAndClass = "picture and class";
}

/// <summary>Table 7 of PromptKD (arXiv 2403.02781), and what its way of counting gives.</summary>
/// <param name="Gigaflops">
/// Counted as its rows of CoOp, CoCoOp and PromptSRC are, 10⁹: a picture and, where the method has a text tower, the
/// texts of all classes; by fvcore, which counts a multiply-add once and 5 for each number that a layer normalisation
/// gives, and sees nothing inside of a fused attention.
/// </param>
/// <param name="PaperGigaflops">What the table says, with ViT-B/16; null where it has no such row.</param>
/// <param name="PaperPicturesPerSecond">What it says of an A100; null as before.</param>
public sealed record PublishedCost(double Gigaflops, double? PaperGigaflops, double? PaperPicturesPerSecond);

/// <summary>What was measured on this machine.</summary>
/// <param name="Device">"cpu", or which GPU.</param>
/// <param name="Precision">Of the frozen weights: fp32, bf16 or fp16.</param>
/// <param name="Threads">Of the processor; null on a GPU.</param>
/// <param name="Speeds">A row for each number of pictures at a time.</param>
public sealed record MeasuredCost(string Device, string Precision, int? Threads, IReadOnlyList<MeasuredSpeed> Speeds)
{
    /// <summary>A row for each number of pictures at a time.</summary>
    public IReadOnlyList<MeasuredSpeed> Speeds { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Speeds);
}

/// <summary>How long it takes to classify some pictures at a time, which are in memory already.</summary>
/// <param name="Batch">Pictures at a time.</param>
/// <param name="Runs">How often that was measured, after one time that was not.</param>
/// <param name="PicturesPerSecond">By the median.</param>
/// <param name="Median">Of all runs, ms.</param>
/// <param name="Fastest">Of all runs, ms.</param>
/// <param name="Slowest">Of all runs, ms.</param>
/// <param name="PeakMemory">
/// The most memory that the process has had in use so far, bytes; of a GPU what all have. Null where the system does
/// not say.
/// </param>
public sealed record MeasuredSpeed(
    int Batch, int Runs, double PicturesPerSecond, double Median, double Fastest, double Slowest, long? PeakMemory);
