using System.Globalization;
using System.Text;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Export;

/// <summary>
/// Writes the short text that goes with a student: what it is, what it was made from, what it scored.
/// </summary>
internal static class ModelCard
{
    private const int NamesShown = 20;

    /// <returns>Markdown.</returns>
    public static string Write(StudentManifest manifest)
    {
        if (manifest is not { Training: { } training, Checkpoint: null })
        {
            return OriginCard.Write(manifest);
        }

        ClipArchitecture clip = manifest.Architecture;
        string size = clip.Tower is not null ? $"{clip.Name}, for {clip.ImageSize} pixels"
            : clip.Stages is null
            ? $"{clip.VisionLayers} layers of width {clip.VisionWidth}, patches of {clip.PatchSize} in "
                + $"{clip.ImageSize} pixels"
            : $"a ResNet of {clip.VisionLayers} blocks for {clip.ImageSize} pixels";
        var card = new StringBuilder();
        card.Append(CultureInfo.InvariantCulture, $"""
            # An image classifier for {manifest.ClassNames.Count} classes

            {(clip.Tower is null ? "A CLIP image tower" : "An image tower")} ({size})
            that learned, without labels, to classify as a larger CLIP does (PromptKD, CVPR 2024).
            {Teachers(manifest.Teachers)}{Steps(training)},
            loss weight {training.LossWeight}, temperature {training.Temperature}, seed {training.Seed}.

            {Origin(manifest.Origin)}{NotLearnedFrom(training)}{Tuning(manifest.TeacherTuning)}

            Classes: {Names(manifest.ClassNames)}.
            {Sentences(manifest)}

            {manifest.ClassChanges?.Describe()}{Warnings(training)}## Numbers of this run

            {Numbers(manifest)}

            ## Use

                promptkd predict --model THIS_FOLDER picture.jpg
                promptkd evaluate --model THIS_FOLDER --data labelled/

            `model.json` holds architecture, class names, preprocessing and the SHA-256 of every input.
            {Licence(clip)}

            """);
        return card.ToString();
    }

    private static string Steps(StudentTraining training) =>
        $"{Counted.Of(training.Pictures, "unlabelled picture")}, "
        + (training.Epochs == 0
            ? "a start on stored features alone"
            : Text($"{Counted.Of(training.Epochs, "epoch")}, batches of {training.BatchSize}, ")
                + Text($"learning rate {training.LearningRate}"));

    private static string Warnings(StudentTraining training) => training.Notices.Count == 0
        ? ""
        : $"## Look at this first\n\n{string.Concat(training.Notices.Select(Item))}\n";

    private static string Item(string sentence) => $"* {Printable.Markdown(sentence)}\n";

    private static string Licence(ClipArchitecture clip) =>
        $"The licence of the {(clip.Tower is null ? "CLIP " : "")}weights inside is that of the checkpoint they came "
        + $"from{(clip.Tower?.Licence is { } licence ? $": {licence}" : "")}.";

    private static string Origin(StudentOrigin? origin) => origin is null
        ? ""
        : $"Student: {Printable.Markdown(origin.Student)}. {Names(origin.Teachers, "Teacher")}"
            + $"Made on {origin.Date:yyyy-MM-dd} (UTC) by {Printable.Markdown(origin.Program)}.\n\n";

    private static string Names(IReadOnlyList<string> models, string role) => models.Count == 0
        ? ""
        : $"{role}{(models.Count == 1 ? "" : "s")}: {string.Join(", ", models.Select(Printable.Markdown))}. ";

    private static string NotLearnedFrom(StudentTraining training)
    {
        string[] parts =
        [
            .. training.SkippedPictures > 0
                ? [$"{Counted.Of(training.SkippedPictures, "picture")} that could not be read"]
                : Array.Empty<string>(),
            .. training.LeftOut.Count > 0
                ? [$"files that are no pictures read here: {new LeftOut("", training.LeftOut).DescribeKinds()}"]
                : Array.Empty<string>(),
        ];
        return parts.Length == 0 ? "" : $"Not learned from: {string.Join("; ", parts)}.\n\n";
    }

    private static string Tuning(TeacherTuning? tuning) => tuning is null
        ? "No labels were used beside those, if any, that its teacher was made with."
        : $"Its teacher was tuned by {Printable.Markdown(tuning.Method)} on "
            + $"{Counted.Of(tuning.Pictures, "labelled picture")} of {tuning.Classes} classes\n"
            + $"(SHA-256 of the set: {Printable.Markdown(tuning.PicturesSha256)}).";

    private static string Numbers(StudentManifest manifest)
    {
        var table = new StringBuilder();
        table.AppendLine("| | all classes | base | novel | harmonic mean |").AppendLine("|---|---|---|---|---|");
        foreach ((int index, BaseNovelResult? result) in (manifest.Teachers?.Validations ?? []).Index())
        {
            table.Append(Row($"teacher {index + 1}", result));
        }

        table.Append(Row(manifest.Teachers is null ? "teacher" : "teachers combined", manifest.TeacherValidation))
            .Append(Row("its CLIP as it came", manifest.UntrainedValidation))
            .Append(Row("this student", manifest.Validation));
        string[] sentences =
        [
            $"In the last {(manifest.Training?.Epochs == 0 ? "pass" : "epoch")} it chose the teacher's class for "
            + Text($"{manifest.Training?.Agreement:P1} of the training pictures"),
            .. manifest.Validation is { } measured
                ? [$"Validation pictures: {measured.Pictures}, never trained on"]
                : new[] { "There was no validation folder" },
            .. new[] { HeldOut(manifest), Calibrated(manifest.Calibration), Fits(manifest.NoneOfThese) }
                .OfType<string>(),
        ];
        return $"{(manifest.Validation is null ? "" : $"{table}\n")}{string.Join(".\n", sentences)}.";
    }

    private static string? HeldOut(StudentManifest manifest) => manifest.HeldOut is not { } heldOut
        ? null
        : Text($"On {heldOut.Student.Pictures} pictures that were held out it gives the teacher's class to ")
            + Text($"{heldOut.Student.Agreement:P1} (its CLIP as it came: ")
            + (heldOut.Untrained is { } before ? Text($"{before.Agreement:P1}; ") : "not measured; ")
            + Text($"always the teacher's most frequent class: {heldOut.Teacher.MajorityShare:P1})");

    private static string? Calibrated(Calibration? calibration) => calibration is null
        ? null
        : Text($"Its probabilities have a temperature of {calibration.Temperature:0.00}, fitted on ")
            + $"{calibration.Pictures} pictures to "
            + (calibration.FittedTo == Calibration.Labels ? "labels" : "the teacher")
            + Text($": expected calibration error {calibration.ErrorBefore:P1} before, ")
            + Text($"{calibration.ErrorAfter:P1} with it");

    private static string? Fits(NoneOfThese? none) => none is null
        ? null
        : Text($"A picture whose best class fits with less than {none.Threshold:0.000} belongs to none of the ")
            + Text($"classes: of {none.Pictures} held-out pictures, one in twenty");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Sentences(StudentManifest manifest) =>
        ClassSentences.WhyUnknown(manifest.Inputs, manifest.OwnTexts)
        ?? $"Sentences of the teacher: {string.Join(", ", manifest.Templates.Select(Sentence))}.";

    private static string Sentence(string template) => $"\"{Printable.Markdown(template)}\"";

    private static string Teachers(CombinedTeachers? teachers) => teachers switch
    {
        null => "",
        { Weights: { } weights } => $"It learned from the class probabilities of {teachers.Count} teachers, summed "
            + $"with the weights {string.Join(", ", weights.Select(Share))}.\n",
        _ => $"It learned from the class probabilities of {teachers.Count} teachers, weighed picture by picture by "
            + "their confidence.\n",
    };

    private static string Share(double weight) => weight.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Row(string name, BaseNovelResult? result) =>
        result is null
            ? ""
            : $"| {name} | {Percent(result.All)} | {Percent(result.Base)} | {Percent(result.Novel)} | "
                + $"{Percent(result.HarmonicMean)} |\n";

    private static string Percent(double? value) => value?.ToString("0.0", CultureInfo.InvariantCulture) ?? "–";

    internal static string Names(IReadOnlyList<string> names) =>
        names.Count <= NamesShown
            ? string.Join(", ", names.Select(Printable.Markdown))
            : $"{string.Join(", ", names.Take(NamesShown).Select(Printable.Markdown))} and "
                + $"{names.Count - NamesShown} more";
}
