using PromptKD.Configuration;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;

namespace PromptKD.Evaluation;

/// <summary>
/// What a protocol measures: on which pictures, among which classes, and by which of them an epoch is chosen.
/// </summary>
internal sealed class ProtocolSplits
{
    private readonly TestConfig _test;
    private readonly string _dataset;

    /// <param name="config">TEST.*, DATASET.NAME.</param>
    /// <param name="baseToNovel">Whether base classes are judged among themselves, and novel ones among
    /// themselves.</param>
    /// <param name="lists">The lists of the data set.</param>
    public ProtocolSplits(ExperimentConfig config, bool baseToNovel, ProtocolLists lists)
    {
        _test = config.Test;
        _dataset = config.Dataset.Name;
        int classes = lists.ClassNames.Count;
        bool isSplit = baseToNovel && lists.Validation is not null;
        ClassRange first = isSplit ? ClassRange.Base((classes + 1) / 2) : ClassRange.All(classes);
        ClassRange last = isSplit ? ClassRange.Novel(classes, first.Count) : first;
        LabelledSplit? validation = Split("val", lists.Validation, first);
        Base = isSplit ? validation : null;
        Test = _test.Split switch
        {
            "train" => Split("train", lists.Train, ClassRange.All(classes))!,
            "val" when validation is not null => validation,
            _ => Split("test", lists.Test, last)!,
        };
        (Selection, Selecting) = (_test.FinalModel, _test.Select) switch
        {
            _ when _test.NoTest => (ModelSelection.LastEpoch, null),
            ("best_val", "reference") => (ModelSelection.BestOnTest, validation ?? Split("test", lists.Test, last)),
            ("best_val", "val") when lists.RealValidation is { Count: > 0 } own =>
                (ModelSelection.BestOnValidation, Split("val", own, first)),
            _ => (ModelSelection.LastEpoch, null),
        };

        ValidationPictures = (Selecting is { Name: "val" } ? Selecting : validation)?.Pictures.Count;

        LabelledSplit? Split(string name, IReadOnlyList<PictureItem>? pictures, ClassRange range) => pictures is null
            ? null
            : new(name, pictures, range, [.. lists.ClassNames.Skip(range.Start).Take(range.Count)]);
    }

    /// <summary>Every picture that is measured on, once, without those that are learned from.</summary>
    /// <param name="learned">The pictures that are learned from.</param>
    public IReadOnlyList<PictureItem> MeasuredBeside(IReadOnlyList<PictureItem> learned)
    {
        HashSet<string> known = [.. learned.Select(item => item.Path)];
        LabelledSplit?[] splits = _test.NoTest ? [] : [Selecting, Base, Test];
        return
        [
            .. splits.OfType<LabelledSplit>().SelectMany(split => split.Pictures).Where(item => known.Add(item.Path)),
        ];
    }

    /// <summary>Test pictures of the base classes; null where base and novel classes are not told apart.</summary>
    public LabelledSplit? Base { get; }

    /// <summary>What the last test measures.</summary>
    public LabelledSplit Test { get; }

    /// <summary>Which epoch's model is kept.</summary>
    public ModelSelection Selection { get; }

    /// <summary>What chooses it; null where it is the last one.</summary>
    public LabelledSplit? Selecting { get; }

    /// <summary>
    /// How many pictures are measured as "val": those that choose the epoch, else those of the reference; null for
    /// none.
    /// </summary>
    public int? ValidationPictures { get; }

    /// <summary><see cref="Selection"/> in words.</summary>
    public string DescribeSelection() => Selection switch
    {
        ModelSelection.BestOnValidation => $"the best on {Selecting!.Pictures.Count} validation pictures",
        ModelSelection.BestOnTest => $"the best on {Selecting!.Pictures.Count} TEST pictures, as the reference chooses",
        _ when _test is { FinalModel: "best_val", Select: "val", NoTest: false } =>
            $"the last one ({_dataset} has no validation pictures of its own)",
        _ => "the last one",
    };
}
