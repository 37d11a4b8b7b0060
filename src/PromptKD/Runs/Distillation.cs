using PromptKD.Configuration;
using PromptKD.Data.Pictures;

namespace PromptKD.Runs;

/// <summary>A distillation with parts of one's own.</summary>
/// <param name="Config">
/// All settings, as <see cref="Experiment.Distil(ExperimentConfig, Training.ITrainingObserver?, CancellationToken)"/> takes them;
/// what a part gives stays empty in them.
/// </param>
public sealed record Distillation(ExperimentConfig Config)
{
    /// <summary>The unlabelled pictures, in place of the folder DISTILL.IMAGES; null for that folder.</summary>
    public IPictureSource? Pictures { get; init; }

    /// <summary>The settings with the names of the parts in them.</summary>
    /// <exception cref="PromptKDException">A setting names what a part gives, too.</exception>
    /// <exception cref="ArgumentException">A part has a name that cannot be one.</exception>
    internal ExperimentConfig Named()
    {
        if (Pictures is null)
        {
            return Config;
        }

        string name = SourcePictures.RootOf(Pictures);
        return Config.Distill.Images.Length == 0 || Config.Distill.Images == name
            ? Config with { Distill = Config.Distill with { Images = name } }
            : throw new PromptKDException(
                $"DISTILL.IMAGES is '{Config.Distill.Images}', and the pictures come from {name}. Leave one of them out.");
    }
}
