using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>The classes that occur among some pictures.</summary>
/// <param name="Count">The largest label and one; more than there are names if labels leave gaps.</param>
/// <param name="Names">Names of the labels that occur, in their order; the first one of each.</param>
/// <param name="Faults">Labels without pictures, and labels with two names: a phrase each.</param>
internal sealed record ClassTable(int Count, IReadOnlyList<string> Names, IReadOnlyList<string> Faults)
{
    /// <summary>Collects the classes of labelled pictures.</summary>
    public static ClassTable Of(IReadOnlyList<PictureItem> items)
    {
        (int Label, PictureItem[] Names)[] classes =
        [
            .. items.GroupBy(item => item.Label!.Value)
                .OrderBy(group => group.Key)
                .Select(group => (group.Key, group.DistinctBy(item => item.ClassName).ToArray())),
        ];
        int count = classes.Length == 0 ? 0 : classes[^1].Label + 1;
        return new ClassTable(count, [.. classes.Select(one => one.Names[0].ClassName!)], [.. FindFaults(classes)]);
    }

    private static IEnumerable<string> FindFaults((int Label, PictureItem[] Names)[] classes)
    {
        int expected = 0;
        foreach ((int label, PictureItem[] names) in classes)
        {
            if (label > expected)
            {
                yield return label == expected + 1
                    ? $"no training picture has the label {expected}"
                    : $"no training picture has a label from {expected} to {label - 1}";
            }

            expected = label + 1;
            if (names.Length > 1)
            {
                yield return $"the label {label} has two names, '{names[0].ClassName}' of '{names[0].Path}' and "
                    + $"'{names[1].ClassName}' of '{names[1].Path}'";
            }
        }
    }
}
