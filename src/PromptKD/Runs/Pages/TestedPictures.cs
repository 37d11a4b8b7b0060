using PromptKD.Evaluation;
using PromptKD.Runs.Measuring;

namespace PromptKD.Runs.Pages;

/// <summary>What a test said of its pictures.</summary>
/// <param name="Split">The pictures, and the classes among which they are judged.</param>
/// <param name="Classes">Which classes these are, in words; empty for all.</param>
/// <param name="Answers">What was said.</param>
internal sealed record TestedPictures(LabelledSplit Split, string Classes, IReadOnlyList<PictureAnswer> Answers)
{
    /// <param name="run">The run.</param>
    /// <param name="split">As in the record.</param>
    /// <param name="classes">As in the record.</param>
    /// <param name="said">What the model said.</param>
    public static TestedPictures Of(OpenRun run, LabelledSplit split, string classes, Evaluator said) => new(
        split,
        classes,
        new LabelledAnswers(run.Settings.PictureRoot, split.Pictures, split.Classes)
            .Of(split.Name, said, reference: null));

    /// <summary>What the page calls them.</summary>
    public string Title => (Split.Name switch
    {
        "train" => "Training pictures",
        "val" when Classes.Length == 0 => "Validation pictures",
        _ => "Test pictures",
    }) + (Classes.Length == 0 ? "" : $" of the {Classes} classes");

    /// <summary>Where the page has them.</summary>
    public string Anchor => Classes.Length == 0 ? "tested" : $"tested-{Classes}";
}
