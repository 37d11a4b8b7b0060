using PromptKD.Runtime;

namespace PromptKD.Training;

/// <summary>Follows a run that trains. Every member does nothing by default.</summary>
public interface ITrainingObserver : IRunObserver
{
    /// <summary>Training begins, or goes on.</summary>
    /// <param name="fromLabels">
    /// Whether the class that is asked for of a picture is its label; else it is the one that the teacher gives.
    /// </param>
    void OnTraining(bool fromLabels)
    {
    }

    /// <summary>A training step is done.</summary>
    void OnStep(TrainingProgress progress)
    {
    }

    /// <summary>An epoch is done and saved.</summary>
    void OnEpoch(EpochRecord epoch)
    {
    }
}
