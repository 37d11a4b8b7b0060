using PromptKD.Data.Pictures;
using PromptKD.Evaluation;

namespace PromptKD.Pages;

/// <summary>A number that the page begins with.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">As it is shown.</param>
/// <param name="Note">What it is to be held against; empty for nothing.</param>
internal sealed record PageNumber(string Name, string Value, string Note = "");

/// <summary>A line of what was made of what.</summary>
/// <param name="Name">What it says.</param>
/// <param name="Value">Any text.</param>
internal sealed record PageFact(string Name, string Value);

/// <summary>A small copy of a picture.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Jpeg">The file.</param>
internal sealed record SmallPicture(int Width, int Height, byte[] Jpeg);

/// <summary>Pictures that were never learned from, and what two models said of them.</summary>
/// <param name="Title">Which pictures these are.</param>
/// <param name="Anchor">Letters, for links.</param>
/// <param name="ClassNames">The classes that are told apart, in label order.</param>
/// <param name="Pictures">At least one.</param>
internal sealed record PageAnswers(
    string Title, string Anchor, IReadOnlyList<string> ClassNames, IReadOnlyList<PictureAnswer> Pictures)
{
    /// <summary>Small copies of those that are shown, by <see cref="PictureAnswer.Picture"/>.</summary>
    public IReadOnlyDictionary<string, SmallPicture> Small { get; init; } = new Dictionary<string, SmallPicture>();
}

/// <summary>
/// All that the page of a finished run shows. <see cref="RunPageWriter"/> makes HTML of it, and of nothing else.
/// </summary>
internal sealed record RunPage
{
    /// <summary>What was made.</summary>
    public required string Title { get; init; }

    /// <summary>How well it went, in a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>Whom the model is held against: "teacher".</summary>
    public string Reference { get; init; } = "teacher";

    /// <summary>What was made, in a word: "student".</summary>
    public string Model { get; init; } = "student";

    /// <summary>What the page begins with.</summary>
    public IReadOnlyList<PageNumber> Numbers { get; init; } = [];

    /// <summary>What is wrong with the run, and what to change.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>How its classes were changed after the training, in sentences; empty where they were not.</summary>
    public IReadOnlyList<string> ChangedClasses { get; init; } = [];

    /// <summary>Accuracies of each model on labelled pictures, percent.</summary>
    public IReadOnlyList<(string Model, BaseNovelResult Result)> Accuracies { get; init; } = [];

    /// <summary>How it went, epoch by epoch.</summary>
    public IReadOnlyList<LineChart> Curves { get; init; } = [];

    /// <summary>What was asked about pictures that were never learned from.</summary>
    public IReadOnlyList<PageAnswers> Answers { get; init; } = [];

    /// <summary>What was made of what.</summary>
    public IReadOnlyList<PageFact> Facts { get; init; } = [];

    /// <summary>Settings that are not those that a run begins with, as key and value.</summary>
    public IReadOnlyList<PageFact> Settings { get; init; } = [];

    /// <summary>Where those are listed that a run begins with, in words.</summary>
    public string SettingsBegin { get; init; } = "";

    /// <summary>Pictures that could not be read; paths as they are shown.</summary>
    public IReadOnlyList<SkippedPicture> Skipped { get; init; } = [];

    /// <summary>Files beside the pictures that are no pictures read here, in words, a line a folder.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>The program that made it, with its version.</summary>
    public required string Program { get; init; }

    /// <summary>The day on which the page was written, UTC.</summary>
    public required DateOnly Written { get; init; }
}
