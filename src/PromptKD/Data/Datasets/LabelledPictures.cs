using PromptKD.Configuration;
using PromptKD.Data.Pictures;
using PromptKD.Text.Names;

namespace PromptKD.Data.Datasets;

/// <summary>Class folders, divided: some pictures of each base class to learn from, the rest to measure on.</summary>
internal sealed record LabelledPictures
{
    /// <summary>Every class, in label order, base classes first.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>How many of the first classes are learned: all of them where there is no split.</summary>
    public required int LearnedClasses { get; init; }

    /// <summary>The pictures to learn from, of the learned classes only.</summary>
    public required IReadOnlyList<PictureItem> Shots { get; init; }

    /// <summary>All other pictures, those of novel classes included.</summary>
    public required IReadOnlyList<PictureItem> HeldOut { get; init; }

    /// <summary>Files beside the pictures, and classes without one.</summary>
    public required LeftOut LeftOut { get; init; }

    /// <summary>Learned classes with fewer pictures than asked for, with the number that they have.</summary>
    public required IReadOnlyList<(string ClassName, int Pictures)> Short { get; init; }

    /// <summary>Lists the pictures and draws the shots, as for a data set of the catalog.</summary>
    /// <param name="config">
    /// DISTILL.LABELLED, .CLASSES (empty: the names of the folders, sorted) and .BASE, DATASET.NUM_SHOTS, SEED.
    /// </param>
    /// <param name="stop">Stops between files.</param>
    /// <exception cref="PromptKDException">
    /// The folder cannot be read, does not fit the classes, or has no picture of a class that is to be learned.
    /// </exception>
    public static LabelledPictures Read(ExperimentConfig config, CancellationToken stop = default)
    {
        string folder = config.Distill.Labelled;
        int learned = config.Distill.Base;
        IReadOnlyList<string>? given = config.Distill.Classes.Count > 0 ? config.Distill.Classes : null;
        var images = PictureFolder.Labelled(folder, given, learned > 0 ? learned : null, stop);
        IReadOnlyList<string> names = given ?? images.ClassNames;
        ClassNameRules.Check(names, given is null ? $"the folders of '{folder}'" : "DISTILL.CLASSES (‹classes›)");
        if (learned >= names.Count)
        {
            throw new PromptKDException(
                $"‹base› is {learned}, but '{folder}' has {names.Count} classes. Give 1 to {names.Count - 1}, or 0 to "
                + "learn all.");
        }

        learned = learned > 0 ? learned : names.Count;
        PictureItem[] known = [.. images.Items.Where(item => item.Label < learned)];
        int[] counts = Count(folder, names, learned, known);
        int shots = config.Dataset.NumShots;
        IReadOnlyList<PictureItem> drawn = shots < 1
            ? known
            : FewShot.Draw(known, shots, new PythonRandom(config.Seed));
        var taken = drawn.ToHashSet(ReferenceEqualityComparer.Instance);
        return new LabelledPictures
        {
            ClassNames = names,
            LearnedClasses = learned,
            Shots = drawn,
            LeftOut = images.LeftOut,
            HeldOut = [.. images.Items.Where(item => !taken.Contains(item))],
            Short = [.. counts.Index().Where(one => one.Item < shots).Select(one => (names[one.Index], one.Item))],
        };
    }

    /// <summary>What a user should know of classes that are called by numbers or codes; null if one is not.</summary>
    public string? DescribeCodes() =>
        ClassNameRules.DescribeCodes([.. ClassNames.Select(name => new ListedName(name, "folders' names"))]);

    /// <summary>What a user should know of classes that have fewer pictures than asked for; null if none has.</summary>
    /// <param name="shots">Pictures asked for of each class.</param>
    public string? DescribeShort(int shots)
    {
        if (Short.Count == 0)
        {
            return null;
        }

        (string name, int pictures) = Short.MinBy(one => one.Pictures);
        return $"{Short.Count} of {LearnedClasses} classes have fewer than {shots} pictures, '{name}' only {pictures}: "
            + "all of theirs are learned from, and none is left to measure on.";
    }

    // Pictures of each learned class.
    private static int[] Count(string folder, IReadOnlyList<string> names, int learned, IEnumerable<PictureItem> known)
    {
        int[] counts = new int[learned];
        foreach (PictureItem item in known)
        {
            counts[item.Label!.Value]++;
        }

        int empty = Array.IndexOf(counts, 0);
        return empty < 0
            ? counts
            : throw new PromptKDException(
                $"No picture of the class '{names[empty]}' in '{folder}', where each of {learned} classes needs 1 or "
                + "more. Add some, or leave the class out.");
    }
}
