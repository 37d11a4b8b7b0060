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
        (int Label, string[] Names)[] classes =
        [
            .. items.GroupBy(item => item.Label!.Value, item => item.ClassName!)
                .OrderBy(group => group.Key)
                .Select(group => (group.Key, group.Distinct().ToArray())),
        ];
        int count = classes.Length == 0 ? 0 : classes[^1].Label + 1;
        return new ClassTable(count, [.. classes.Select(one => one.Names[0])], [.. FindFaults(classes)]);
    }

    private static IEnumerable<string> FindFaults((int Label, string[] Names)[] classes)
    {
        int expected = 0;
        foreach ((int label, string[] names) in classes)
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
                yield return $"the label {label} has two names, '{names[0]}' and '{names[1]}'";
            }
        }
    }
}
