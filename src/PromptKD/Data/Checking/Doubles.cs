namespace PromptKD.Data.Checking;

/// <summary>Finds pictures that are one.</summary>
internal static class Doubles
{
    // Two numbers of 64 bits that differ in three at most agree in one of four quarters.
    private const int Quarters = 4;
    private const int QuarterBits = 16;

    /// <summary>Those with the same bytes.</summary>
    public static IReadOnlyList<DoubledPictures> OfContent(IReadOnlyList<PictureFacts> pictures) =>
    [
        .. pictures.GroupBy(one => one.Sha256).Where(group => group.Skip(1).Any()).Select(group => Of([.. group])),
    ];

    /// <summary>Those that look the same, one of each set of equal bytes.</summary>
    public static IReadOnlyList<DoubledPictures> OfLook(IReadOnlyList<PictureFacts> pictures)
    {
        PictureFacts[] different = [.. pictures.DistinctBy(one => one.Sha256)];
        int[] groupOf = [.. Enumerable.Range(0, different.Length)];
        for (int quarter = 0; quarter < Quarters; quarter++)
        {
            int shift = quarter * QuarterBits;
            foreach (IGrouping<ushort, int> candidates in Enumerable.Range(0, different.Length)
                .GroupBy(index => (ushort)(different[index].Look.Steps >> shift)))
            {
                Join([.. candidates], different, groupOf);
            }
        }

        return
        [
            .. Enumerable.Range(0, different.Length)
                .GroupBy(index => First(groupOf, index))
                .Where(group => group.Skip(1).Any())
                .Select(group => Of([.. group.Select(index => different[index])])),
        ];
    }

    private static void Join(int[] candidates, PictureFacts[] pictures, int[] groupOf)
    {
        for (int one = 0; one < candidates.Length; one++)
        {
            Thumbnail look = pictures[candidates[one]].Look;
            for (int other = one + 1; other < candidates.Length; other++)
            {
                if (look.IsLike(pictures[candidates[other]].Look))
                {
                    int first = First(groupOf, candidates[one]), second = First(groupOf, candidates[other]);
                    groupOf[Math.Max(first, second)] = Math.Min(first, second);
                }
            }
        }
    }

    // The first picture of the group that a picture is in.
    private static int First(int[] groupOf, int index)
    {
        while (groupOf[index] != index)
        {
            groupOf[index] = groupOf[groupOf[index]];
            index = groupOf[index];
        }

        return index;
    }

    private static DoubledPictures Of(IReadOnlyList<PictureFacts> pictures) => new(
        [.. pictures.Select(one => one.Path)],
        [.. pictures.Select(one => one.ClassName).OfType<string>().Distinct()]);
}
