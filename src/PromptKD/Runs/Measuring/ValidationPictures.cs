using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Methods;

namespace PromptKD.Runs.Measuring;

/// <summary>The labelled pictures that a distillation is measured on, where there are some.</summary>
/// <param name="items">The pictures; none for no validation.</param>
/// <param name="config">All settings.</param>
internal sealed class ValidationPictures(IReadOnlyList<PictureItem> items, ExperimentConfig config)
{
    private readonly SkippedPictures _skipped = new();

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => items.Count == 0;

    /// <summary>The pictures.</summary>
    public IReadOnlyList<PictureItem> Items => items;

    /// <summary>The teacher's best classes, by the place of the picture; null where it was not asked.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<RankedClass>>? Teacher { get; private set; }

    /// <summary>What the student said when it was last measured; null before.</summary>
    public Evaluator? Student { get; private set; }

    /// <summary>Measures the teachers, and frees the image towers that training does not need.</summary>
    /// <returns>Null where there is no validation, or no image tower.</returns>
    public TeacherResults? MeasureTeacher(OpenRun run)
    {
        if (IsEmpty)
        {
            TeacherMeasurement.Release(run.Inputs.Teacher!);
            return null;
        }

        (TeacherResults? results, Evaluator? said) =
            TeacherMeasurement.Measure(run.Inputs.Teacher!, Load, Tell, run);
        Teacher = said is null ? null : LabelledAnswers.Ranked(said, ClassRange.All(config.Distill.Classes.Count));
        return results;
    }

    /// <summary>Measures the student's CLIP as it comes.</summary>
    /// <returns>Null where there is no validation.</returns>
    public BaseNovelResult? MeasureUntrained(OpenRun run, UntrainedStudent student) => IsEmpty
        ? null
        : Measure(run, batch => student.Compare(student.Features(batch)), run.Context.Stop).Result;

    /// <summary>Measures the student.</summary>
    /// <param name="run">The run.</param>
    /// <param name="student">Not in training.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public BaseNovelResult Measure(OpenRun run, IClassifier student, CancellationToken cancellation)
    {
        (BaseNovelResult result, Student) = Measure(run, batch => student.Classify(batch.Images), cancellation);
        return result;
    }

    private (BaseNovelResult Result, Evaluator Said) Measure(
        OpenRun run, Func<Batch, Tensor> classify, CancellationToken cancellation)
    {
        FolderEvaluation evaluation = Load([run.Inputs.Preparation], run);
        Evaluator said = evaluation.Judge(
            batch => [classify(batch)], 1, config.Distill.Base, config.DataLoader.Test.BatchSize, told: null,
            cancellation)[0];
        BaseNovelResult result = evaluation.ResultOf(said, config.Distill.Base);
        Tell(run, evaluation);
        return (result, said);
    }

    // Every epoch meets the same ones.
    private void Tell(OpenRun run, FolderEvaluation evaluation)
    {
        int before = _skipped.Count;
        foreach (SkippedPicture picture in evaluation.Skipped)
        {
            _skipped.Add(picture);
        }

        _skipped.Report(run.Log);
        if (_skipped.Count > before)
        {
            EmptiedClasses.Warn(items, _skipped, "measured", run.Log);
        }
    }

    private FolderEvaluation Load(IReadOnlyList<Preprocessing> preparations, OpenRun run) => new(
        items,
        config.Distill.Classes.Count,
        preparations,
        LoadingSettings.Options(config, run.Context.Target.Device))
    {
        Processes = run.Context.Processes,
    };
}
