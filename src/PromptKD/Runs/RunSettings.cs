using PromptKD.Configuration;
using PromptKD.Data.Pictures;
using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>What a run is to do: all that follows from its configuration, worked out once.</summary>
internal sealed record RunSettings
{
    /// <summary>The configuration as the run's folder records it.</summary>
    public required ExperimentConfig Config { get; init; }

    /// <summary>Tells the run from those with other settings: every file that it goes on from carries it.</summary>
    public string Mark => RunMark.Of(Config);

    /// <summary>What is trained.</summary>
    public required MethodRow Method { get; init; }

    /// <summary>Where to compute, and in which element type.</summary>
    public required ComputeTarget Target { get; init; }

    /// <summary>The CLIP that is prompted: PromptKD's student.</summary>
    public required string Clip { get; init; }

    /// <summary>Side of its pictures, pixels; 0 for the size that it was made for.</summary>
    public int PictureSize { get; init; }

    /// <summary>
    /// The teacher, where it is one of the caller's own; null where DISTILL.TEACHER or DISTILL.STORE say it.
    /// </summary>
    public IPictureTeacher? OwnTeacher { get; init; }

    /// <summary>Whether something learns from stored features of that CLIP before the first epoch.</summary>
    public bool StartsOnFeatures { get; init; }

    /// <summary>The classes that are learned, in label order.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>The folder that the pictures are named relative to.</summary>
    public required string PictureRoot { get; init; }

    /// <summary>The pictures to learn from; none to evaluate only.</summary>
    public required IReadOnlyList<PictureItem> Pictures { get; init; }

    /// <summary>Share of the pictures that is held out, as <see cref="HeldOutChoice.Of"/> takes it.</summary>
    public double Holdout { get; init; }

    /// <summary>Decay of an average of what is learned, which is what counts; 0 for none.</summary>
    public double Average { get; init; }

    /// <summary>Whether the CLIP that is prompted is measured as it comes, before anything is learned.</summary>
    public bool MeasuresUntrained { get; init; }

    /// <summary>
    /// Pictures that are measured on in the end, where nothing looks at them before; none where something does.
    /// </summary>
    public IReadOnlyList<PictureItem> Measured { get; init; } = [];

    /// <summary>What lies beside the pictures, in each folder that the run reads, and is left out.</summary>
    public IReadOnlyList<LeftOut> LeftOut { get; init; } = [];

    /// <summary>What is said first; empty for nothing.</summary>
    public string Opening { get; init; } = "";

    /// <summary>What Dassl's programs print while they read a data set.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>What the user should know before it begins.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
