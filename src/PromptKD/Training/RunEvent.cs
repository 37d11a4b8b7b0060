namespace PromptKD.Training;

/// <summary>Something that happened in a run: what an <see cref="ITrainingObserver"/> is told, as data.</summary>
public abstract record RunEvent
{
    private protected RunEvent()
    {
    }
}

/// <summary>A part of the work begins.</summary>
/// <param name="Description">Words to show, as "Reading the teacher".</param>
public sealed record PhaseBegan(string Description) : RunEvent;

/// <summary>Something is odd, but the work goes on.</summary>
/// <param name="Message">A line to show.</param>
public sealed record WarningGiven(string Message) : RunEvent;

/// <summary>A line of the report that Dassl's programs print.</summary>
/// <param name="Line">The line.</param>
public sealed record LinePrinted(string Line) : RunEvent;

/// <summary>Some more of a model has been fetched.</summary>
/// <param name="Source">Where it comes from.</param>
/// <param name="Received">Bytes so far.</param>
/// <param name="Total">Bytes of the whole file; null where the server does not say.</param>
public sealed record ModelFetched(Uri Source, long Received, long? Total) : RunEvent;

/// <summary>The teacher's features of some more views are made.</summary>
/// <param name="Done">Views so far.</param>
/// <param name="Total">Views to make.</param>
public sealed record FeaturesStored(long Done, long Total) : RunEvent;

/// <summary>Training begins, or goes on.</summary>
/// <param name="FromLabels">
/// Whether the class that is asked for of a picture is its label, and not its teacher's answer.
/// </param>
public sealed record TrainingBegan(bool FromLabels) : RunEvent;

/// <summary>A training step is done.</summary>
/// <param name="Progress">Epoch, batch, loss, agreement 0–1, pictures a second, time that remains.</param>
public sealed record StepDone(TrainingProgress Progress) : RunEvent;

/// <summary>An epoch is done and saved.</summary>
/// <param name="Epoch">Its loss, agreement 0–1, and what was measured behind it.</param>
public sealed record EpochDone(EpochRecord Epoch) : RunEvent;
