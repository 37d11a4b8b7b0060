using PromptKD.Configuration;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Methods;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>What a student package says of the run that made it.</summary>
internal static class StudentDescription
{
    /// <param name="run">The run.</param>
    /// <param name="distilled">The student.</param>
    /// <param name="epoch">The epoch whose model it is.</param>
    /// <param name="learned">What it was learned from.</param>
    /// <param name="baselines">What was measured before the first epoch.</param>
    public static StudentManifest Of(
        OpenRun run, DistilledStudent distilled, EpochRecord epoch, LearnedPictures learned, Baselines baselines)
    {
        ExperimentConfig config = run.Settings.Config;
        PromptKDConfig settings = config.Trainer.PromptKD;
        return ShapeDescription.Of(
            distilled,
            settings.Templates,
            run.Inputs.Preparation,
            run.Context.Target.PrecisionName,
            learned.Inputs) with
        {
            OwnTexts = !settings.SharedText,
            Origin = StudentOrigin.Of(
                config.Distill.Student, [config.Distill.Teacher, .. config.Distill.FurtherTeachers]),
            TeacherTuning = Tuning(run),
            Training = new StudentTraining(
                learned.Count,
                learned.Skipped,
                config.Optim.MaxEpoch,
                config.DataLoader.TrainX.BatchSize,
                config.Optim.Lr,
                settings.KdWeight,
                settings.Temperature,
                config.Seed,
                epoch.Agreement)
            {
                LeftOut = learned.LeftOut,
            },
            Validation = epoch.Validation,
            TeacherValidation = baselines.Teacher?.Combined,
            UntrainedValidation = baselines.Untrained,
            HeldOut = baselines.HeldOutTeacher is { } teacher && epoch.HeldOut is { } student
                ? new HeldOutComparison(teacher, student, baselines.HeldOutUntrained)
                : null,
            Teachers = run.Inputs.Teacher is { Combination: { } combination, Members: var members }
                ? new CombinedTeachers(members.Count, combination.Weights, baselines.Teacher?.Each)
                : null,
        };
    }

    /// <summary>The same, with what the guard says at the end of the run.</summary>
    /// <param name="manifest">Of a student that the run has trained.</param>
    /// <param name="notices">What it says.</param>
    public static StudentManifest Warned(StudentManifest manifest, IEnumerable<RunNotice> notices) => manifest with
    {
        Training = manifest.Training! with
        {
            Notices = [.. notices.Where(notice => notice.Holds).Select(notice => notice.Message)],
        },
    };

    private static TeacherTuning? Tuning(OpenRun run) => TeachingReport.OfCheckpoint(
        run.Settings.Config.Distill.TeacherPrompts, run.Inputs.Digests.GetValueOrDefault("teacher prompts", ""))
        is { } report
            ? new TeacherTuning(
                report.Method, report.LearnedClasses.Count, report.Shots, report.Pictures, report.Inputs["pictures"])
            : null;
}
