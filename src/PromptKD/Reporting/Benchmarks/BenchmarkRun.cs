using PromptKD.Configuration;
using PromptKD.Evaluation;
using PromptKD.Pages;
using PromptKD.Runs;
using PromptKD.Runs.Train;
using PromptKD.Training;

namespace PromptKD.Reporting.Benchmarks;

/// <summary>One run of a <see cref="BenchmarkPlan"/>.</summary>
internal sealed record BenchmarkRun
{
    private const string PlanFile = "planned.yaml";

    // Where and how fast, not what comes out.
    private static readonly string[] s_harmlessKeys =
        ["OUTPUT_DIR", "DATASET.ROOT", "DEVICE", "USE_CUDA", "DATALOADER.NUM_WORKERS", "TRAIN.PRINT_FREQ"];

    /// <summary>What people call it.</summary>
    public required string Title { get; init; }

    /// <summary>Its output folder.</summary>
    public required string Folder { get; init; }

    /// <summary>All its settings.</summary>
    public required ExperimentConfig Config { get; init; }

    /// <summary>Whether it learns, or tests what another run learned.</summary>
    public TrainingRequest Request { get; init; } = new();

    /// <summary>Whether its own accuracy stands in the table.</summary>
    public bool CountsInTable { get; init; } = true;

    /// <summary>Whether it has been made, with these settings.</summary>
    /// <exception cref="PromptKDException">It was made with other settings.</exception>
    public bool IsFinished()
    {
        RefuseOtherPlan();
        return File.Exists(Path.Combine(Folder, TrainingResult.FileName));
    }

    /// <summary>Whether it was cut off between its result and its page, which the same command writes again.</summary>
    public bool LacksPage() =>
        File.Exists(RunFolder.CheckpointOf(Folder)) && !File.Exists(Path.Combine(Folder, RunPageWriter.FileName));

    /// <summary>Refuses to test what another run has not learned to its end: it could not be told from what it will.
    /// </summary>
    /// <exception cref="PromptKDException">That run is not finished.</exception>
    public void RefuseUnfinishedModel(IEnumerable<BenchmarkRun> runs)
    {
        if (Request.ModelDir.Length > 0
            && runs.FirstOrDefault(run => run.Folder == Request.ModelDir && !run.IsFinished()) is { } learning)
        {
            throw new PromptKDException($"It tests what '{learning.Title}' learns, which is not finished.");
        }
    }

    /// <summary>Makes it, or goes on with it.</summary>
    /// <exception cref="PromptKDException">What <see cref="Experiment.Train"/> refuses.</exception>
    public void Make(ITrainingObserver? observer, CancellationToken cancellation)
    {
        BegunConfig.Write(Path.Combine(Folder, PlanFile), Config);
        TrainKind.Go(Config, Request, observer, cancellation);
    }

    // What was asked for, not what it became: a plan must be known to be done without opening models and data again.
    private void RefuseOtherPlan()
    {
        if (BegunConfig.FindDifference(Path.Combine(Folder, PlanFile), Config, s_harmlessKeys.Contains)
            is { } difference)
        {
            throw new PromptKDException(
                $"{Folder} was made with other settings: {difference}. Use another ‹output›, or delete that folder.");
        }
    }
}
