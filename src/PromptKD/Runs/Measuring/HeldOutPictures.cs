using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;
using PromptKD.Teachers;

namespace PromptKD.Runs.Measuring;

/// <summary>
/// The pictures of a run that are never learned from. The teacher is asked about each once, before the first step; the
/// student after each epoch: whole pictures, as <c>evaluate</c> looks at them.
/// </summary>
/// <param name="run">The run, its method built.</param>
internal sealed class HeldOutPictures(OpenRun run)
{
    private readonly SkippedPictures _skipped = new();
    private PictureScores? _teacher;

    /// <summary>What the teacher says; null before it was asked, or where none are held out.</summary>
    public PictureScores? Teacher => _teacher;

    /// <summary>
    /// Whether that are the logits of one teacher that looked at the pictures, not probabilities of stored views.
    /// </summary>
    public bool HasLogits { get; private set; }

    /// <summary>What the student said when it was last asked; null before.</summary>
    public PictureScores? Student { get; private set; }

    /// <summary>Says what is held out, and what not.</summary>
    public static void Tell(OpenRun run)
    {
        double share = run.Settings.Holdout;
        PictureSet pictures = run.Inputs.Pictures;
        if (share > 0)
        {
            run.Log.OnPhase(pictures.HeldOut.Count > 0
                ? $"Holding out {Counted.Of(pictures.HeldOut.Count, "picture")} of {pictures.ReadableCount}: never "
                    + "trained on, compared with the teacher after each epoch"
                : $"Nothing is held out of {Counted.Of(pictures.ReadableCount, "picture")}: {share:P0} would be fewer "
                    + $"than {HeldOutChoice.Fewest}. How well the student does on pictures that it has not seen is "
                    + "known with a validation folder alone, or a larger DISTILL.HOLDOUT");
        }
    }

    /// <summary>Asks the teacher, while its image towers are in memory.</summary>
    /// <returns>Null where nothing is held out.</returns>
    public HeldOutTeacher? AskTeacher()
    {
        ITeacher teacher = run.Inputs.Teacher!;
        if (run.Inputs.Pictures.HeldOut.Count == 0)
        {
            return null;
        }

        bool isStored = teacher.Members.Any(member => !member.HasTower);
        run.Log.OnPhase($"Asking the teacher about {Counted.Of(run.Inputs.Pictures.HeldOut.Count, "held-out picture")}"
            + (isStored ? ": its stored views of them" : ""));
        HasLogits = !isStored && teacher.Members.Count == 1;
        int views = run.Inputs.StoredViews?.Count ?? 1;
        double temperature = run.Settings.Config.Trainer.PromptKD.Temperature;
        Preprocessing[] towers = [.. teacher.Members.Select(member => member.TowerPreparation).OfType<Preprocessing>()];
        _teacher = Collect(batch =>
        {
            Tensor[] logits = [.. teacher.Members.Select(member => member.ClassifyOrRecall(batch, views))];
            return [teacher.Combination?.Combine(logits, temperature) ?? logits[0]];
        }, count: 1, towers, run.Context.Stop)[0];
        return AnswerStatistics.OfTeacher(_teacher);
    }

    /// <summary>Asks the student's CLIP as it comes.</summary>
    /// <param name="student">The CLIP.</param>
    /// <returns>Null where nothing is held out.</returns>
    public HeldOutResult? AskUntrained(UntrainedStudent student)
    {
        if (_teacher is null)
        {
            return null;
        }

        IReadOnlyList<PictureScores> said = Collect(batch =>
        {
            Tensor features = student.Features(batch);
            return [student.Compare(features), features];
        }, count: 2, [], run.Context.Stop);
        return AnswerStatistics.Compare(_teacher, said[0], said[1]);
    }

    /// <summary>Asks the student.</summary>
    /// <param name="student">Not in training.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>Null where nothing is held out.</returns>
    public HeldOutResult? Ask(DistilledStudent student, CancellationToken cancellation)
    {
        if (_teacher is null)
        {
            return null;
        }

        IReadOnlyList<PictureScores> said = Collect(batch =>
        {
            Tensor features = student.Student.ImageFeatures(batch.Images);
            return [student.ClassVectors.Compare(features, student.LogitScale), features];
        }, count: 2, [], cancellation);
        Student = said[0];
        return AnswerStatistics.Compare(_teacher, said[0], said[1]);
    }

    private IReadOnlyList<PictureScores> Collect(
        Func<Batch, IReadOnlyList<Tensor>> ask,
        int count,
        IReadOnlyList<Preprocessing> further,
        CancellationToken cancellation)
    {
        var loader = new PictureLoader(
            run.Inputs.Pictures.Items,
            [run.Inputs.Preparation, .. further],
            LoadingSettings.Options(run.Settings.Config, run.Context.Target.Device));
        var plan = new LoadPlan
        {
            Order = run.Inputs.Pictures.HeldOut,
            Batches = run.Context.Processes.Share(),
            BatchSize = run.Settings.Config.DataLoader.Test.BatchSize,
        };
        IReadOnlyList<PictureScores> said = SharedMeasuring.Scores(
            run.Context.Processes,
            () => PictureScores.Collect(ask, count, loader.Load(plan, cancellation), cancellation),
            count,
            plan.Order,
            loader.Skipped,
            cancellation);

        // Every epoch meets the same ones.
        foreach (SkippedPicture picture in loader.Skipped)
        {
            _skipped.Add(picture);
        }

        _skipped.Report(run.Log);
        return said;
    }
}
