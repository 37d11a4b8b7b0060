using PromptKD.Configuration;
using PromptKD.Data.Pictures;
using PromptKD.Teachers;

namespace PromptKD.Runs;

/// <summary>A distillation with parts of one's own.</summary>
/// <param name="Config">
/// All settings, as <see cref="Experiment.Distil(ExperimentConfig, Training.ITrainingObserver?, CancellationToken)"/>
/// takes them; what a part gives stays empty in them.
/// </param>
public sealed record Distillation(ExperimentConfig Config)
{
    /// <summary>The unlabelled pictures, in place of the folder DISTILL.IMAGES; null for that folder.</summary>
    public IPictureSource? Pictures { get; init; }

    /// <summary>
    /// The teacher, in place of DISTILL.TEACHER and DISTILL.STORE; null for those. Stays the caller's to dispose.
    /// </summary>
    public IPictureTeacher? Teacher { get; init; }

    /// <summary>The settings with the names of the parts in them.</summary>
    /// <exception cref="PromptKDException">A setting names what a part gives, too.</exception>
    /// <exception cref="ArgumentException">A part has a name that cannot be one.</exception>
    internal ExperimentConfig Named()
    {
        ExperimentConfig config = Teacher is null ? Config : OwnTeacher.NamedIn(Config, Teacher);
        if (Pictures is null)
        {
            return config;
        }

        string name = SourcePictures.RootOf(Pictures);
        return config.Distill.Images.Length == 0 || config.Distill.Images == name
            ? config with { Distill = config.Distill with { Images = name } }
            : throw new PromptKDException(
                $"DISTILL.IMAGES is '{config.Distill.Images}', and the pictures come from {name}. Leave one of them "
                + "out.");
    }
}
