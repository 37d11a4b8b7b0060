using PromptKD.Evaluation;

namespace PromptKD.Runs.Measuring;

/// <summary>
/// What teacher and student finally say of the pictures that were never trained on, and what follows from it.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="heldOut">Both asked.</param>
/// <param name="validation">Both measured, where there are pictures.</param>
internal sealed class KeptAnswers(OpenRun run, HeldOutPictures heldOut, ValidationPictures validation)
{
    // Of each set, spread evenly: enough for every count that a report makes, and no file that is a burden.
    private const int MostPictures = 50_000;

    /// <summary>
    /// What is wrong with the answers of a finished run, in words; null where they are there and whole. Every run that
    /// looked at pictures which it did not learn from has some.
    /// </summary>
    public static string? FindFault(OpenRun run)
    {
        try
        {
            bool hasLooked = run.Inputs.Pictures.HeldOut.Count > 0 || run.Settings.Config.Distill.Val.Length > 0;
            return hasLooked && AnswerFile.ReadIfAny(run.Folder.Root) is null
                ? $"{Path.Combine(run.Folder.Root, AnswerFile.FileName)} is missing"
                : null;
        }
        catch (PromptKDException error)
        {
            return error.InWords;
        }
    }

    /// <summary>Fits the student's temperature: to labels where they decide it, else to the teacher.</summary>
    /// <returns>Null where neither does.</returns>
    public Calibration? Calibrate()
    {
        Calibration? toLabels = validation.Student is { } labelled
            ? Calibration.ToLabels([.. labelled.Scores.Zip(labelled.Labels)])
            : null;
        return toLabels ?? (heldOut is { Teacher: { } teacher, Student: { } student }
            ? Calibration.ToTeacher(
            [
                .. student.Items.Where(teacher.Items.Contains)
                    .Select(item => (student[item], AnswerStatistics.Softmax(teacher[item]))),
            ])
            : null);
    }

    /// <summary>
    /// Fits how to tell that a picture belongs to no class, where the teacher says how well each one fits.
    /// </summary>
    /// <returns>Null where it does not, or nothing is held out.</returns>
    public NoneOfThese? FitNone() =>
        run.Inputs.Teacher!.ClassVectors.LogitBias is { } bias && run.Settings.Config.Trainer.PromptKD.SharedText
        && heldOut is { HasLogits: true, Teacher: { } teacher, Student: { } student }
            ? NoneOfThese.Fit(
                bias,
                [
                    .. student.Items.Where(teacher.Items.Contains).Order()
                        .Select(item => ((double)teacher[item].Max(), (double)student[item].Max())),
                ])
            : null;

    /// <summary>Writes them into the folder of the run; nothing where no picture was looked at.</summary>
    /// <param name="temperature">Of the student's probabilities.</param>
    /// <exception cref="PromptKDException">The file cannot be written.</exception>
    public void Write(double temperature)
    {
        PictureAnswer[] all = [.. Spread(OfHeldOut(temperature)), .. Spread(OfValidation(temperature))];
        if (all.Length > 0)
        {
            AnswerFile.Write(run.Folder.Root, new PictureAnswers(run.Settings.ClassNames, all));
        }
    }

    private PictureAnswer[] OfHeldOut(double temperature) =>
        heldOut is not { Teacher: { } teacher, Student: { } student }
        ? []
        : [.. student.Items.Where(teacher.Items.Contains).Order().Select(item => new PictureAnswer(
            PictureAnswers.HeldOut,
            run.Inputs.Pictures.Items[item].NameFrom(run.Settings.PictureRoot),
            Label: null,
            AnswerStatistics.TopWith(teacher[item], LabelledAnswers.ClassesKept, AnswerStatistics.Best(student[item])),
            AnswerStatistics.Top(student[item], LabelledAnswers.ClassesKept, temperature)))];

    private IReadOnlyList<PictureAnswer> OfValidation(double temperature) => validation.Student is not { } student
        ? []
        : new LabelledAnswers(
            run.Settings.Config.Distill.Val, validation.Items, ClassRange.All(run.Settings.ClassNames.Count))
            .Of(PictureAnswers.Validation, student, validation.Teacher, temperature);

    private static IReadOnlyList<PictureAnswer> Spread(IReadOnlyList<PictureAnswer> all) => all.Count <= MostPictures
        ? all
        : [.. Enumerable.Range(0, MostPictures).Select(place => all[(int)((long)place * all.Count / MostPictures)])];
}
