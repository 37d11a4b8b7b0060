using PromptKD.Runtime;

namespace PromptKD.Training;

/// <summary>Follows a run that trains. Every member does nothing by default.</summary>
public interface ITrainingObserver : IRunObserver
{
    /// <summary>A training step is done.</summary>
    void OnStep(TrainingProgress progress)
    {
    }

    /// <summary>An epoch is done and saved.</summary>
    void OnEpoch(EpochRecord epoch)
    {
    }
}
