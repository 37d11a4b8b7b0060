using PromptKD.Runtime;
using PromptKD.Runtime.Remote;

namespace PromptKD.Inference.Evaluations;

/// <summary>What to measure a student on, and which files to make of it.</summary>
public sealed record EvaluationRequest
{
    /// <summary><c>folder/CLASS NAME/PICTURE</c>, or labelled shards. A class may have no picture.</summary>
    public required string Data { get; init => field = RemoteAddress.WithoutQuery(value); }

    /// <summary>How many of the first classes count as base; 0 for no split.</summary>
    public int BaseClasses { get; init; }

    /// <summary>
    /// Files for the confusion: a table where the name ends in .csv, a picture where it ends in .png.
    /// </summary>
    public IReadOnlyList<string> Confusion { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string>([]);

    /// <summary>
    /// Where pictures go that were taken for another class: into a folder, as CLASS/ANSWER/PICTURE, or, where the name
    /// ends
    /// in .png, onto a sheet of those that the student was surest of. Null for nowhere.
    /// </summary>
    public string? Mistakes { get; init; }

    /// <summary>Whether the folder of <see cref="Mistakes"/> receives links in place of copies.</summary>
    public bool AsLinks { get; init; }

    /// <summary>A file for the whole report, as JSON; null for none.</summary>
    public string? Json { get; init; }
}
