using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Data.Datasets;

/// <summary>How CoOp divides the pictures of each class where a data set does not say it.</summary>
internal static class SplitShares
{
    private const double TrainShare = 0.5;
    private const double ValidationShare = 0.2;

    /// <summary>
    /// A fifth of each class becomes validation, drawn at random; the rest stays for training. Classes come in the
    /// order of their first picture (CoOp, <c>datasets/oxford_pets.py</c>, <c>split_trainval</c>).
    /// </summary>
    /// <param name="items">Pictures for training and validation.</param>
    /// <param name="test">Pictures for tests, which stay as they are.</param>
    /// <param name="random">Says which.</param>
    /// <exception cref="PromptKDException">A class has too few pictures for a validation picture.</exception>
    public static DatasetSplit HoldOut(
        IReadOnlyList<PictureItem> items, IReadOnlyList<PictureItem> test, PythonRandom random)
    {
        List<PictureItem> train = [], validation = [];
        foreach (List<PictureItem> ofClass in ByClass(items))
        {
            int held = Rounded(ofClass.Count * ValidationShare);
            if (held == 0)
            {
                throw TooFew(ofClass, "a fifth of them, rounded, is no picture to validate on");
            }

            random.Shuffle(ofClass);
            validation.AddRange(ofClass[..held]);
            train.AddRange(ofClass[held..]);
        }

        return new DatasetSplit(train, validation, test);
    }

    /// <summary>
    /// Half of each class for training, a fifth for validation, the rest for tests, after a shuffle (CoOp,
    /// <c>datasets/dtd.py</c>, <c>read_and_split_data</c>).
    /// </summary>
    /// <exception cref="PromptKDException">A class has too few pictures for that.</exception>
    public static DatasetSplit ThreeParts(IReadOnlyList<PictureItem> items, PythonRandom random)
    {
        List<PictureItem> train = [], validation = [], test = [];
        foreach (List<PictureItem> ofClass in ByClass(items))
        {
            int first = Rounded(ofClass.Count * TrainShare), second = Rounded(ofClass.Count * ValidationShare);
            if (first == 0 || second == 0 || first + second >= ofClass.Count)
            {
                throw TooFew(ofClass, "50, 20 and 30 % of them leave a part empty");
            }

            random.Shuffle(ofClass);
            train.AddRange(ofClass[..first]);
            validation.AddRange(ofClass[first..(first + second)]);
            test.AddRange(ofClass[(first + second)..]);
        }

        return new DatasetSplit(train, validation, test);
    }

    /// <summary>The pictures of each class, classes in the order of their first picture.</summary>
    public static IEnumerable<List<PictureItem>> ByClass(IReadOnlyList<PictureItem> items) =>
        items.GroupBy(item => item.Label!.Value).Select(ofClass => ofClass.ToList());

    // Python rounds halves to the even neighbour, and so does Math.Round.
    private static int Rounded(double count) => (int)Math.Round(count, MidpointRounding.ToEven);

    private static PromptKDException TooFew(List<PictureItem> ofClass, string why) => new(
        $"The class '{ofClass[0].ClassName}' has {Counted.Of(ofClass.Count, "picture")} (the first is "
        + $"'{ofClass[0].Path}'): {why}. Add pictures, or a split file.");
}
