using PromptKD.Data.Pictures;

namespace PromptKD.Inference.Previews;

/// <summary>Counts what a teacher says of pictures.</summary>
internal static class PreviewedAnswers
{
    private const double LeastShare = 0.5;

    /// <summary>The report on probabilities.</summary>
    /// <param name="classNames">In label order.</param>
    /// <param name="pictures">Those that were looked at.</param>
    /// <param name="sentences">Their texts.</param>
    /// <param name="probabilities">
    /// [sentence][picture], [classes] each; behind the sentences their average, which is all where there is one
    /// sentence.
    /// </param>
    /// <returns>All but how many pictures there are, how fast it went, and what was skipped.</returns>
    public static PreviewReport Report(
        IReadOnlyList<string> classNames,
        IReadOnlyList<PictureItem> pictures,
        IReadOnlyList<string> sentences,
        IReadOnlyList<IReadOnlyList<float[]>> probabilities)
    {
        IReadOnlyList<float[]> all = probabilities[^1];
        PicturePrediction[] answers = [.. pictures.Zip(all, (picture, row) => Describe(picture, row, classNames))];
        int[] chosen = [.. answers.Select(one => one.Classes[0].Label)];
        ILookup<int, PicturePrediction> byClass = answers.ToLookup(one => one.Classes[0].Label);
        return new PreviewReport
        {
            Pictures = pictures.Count,
            Sample = pictures.Count,
            Confidence = answers.Average(one => one.Classes[0].Probability),
            Sentences = sentences.Count < 2
                ? []
                :
                [
                    .. probabilities.Index().Select(one =>
                        Compare(sentences.ElementAtOrDefault(one.Index), one.Item, chosen)),
                ],
            Classes =
            [
                .. classNames.Select((name, label) => new PreviewedClass(
                    name,
                    byClass[label].Count(),
                    byClass.Contains(label) ? byClass[label].Average(one => one.Classes[0].Probability) : null)),
            ],
            Pairs =
            [
                .. answers
                    .Where(one => one.Classes[1].Probability >= LeastShare * one.Classes[0].Probability)
                    .CountBy(one => (
                        First: Math.Min(one.Classes[0].Label, one.Classes[1].Label),
                        Second: Math.Max(one.Classes[0].Label, one.Classes[1].Label)))
                    .OrderByDescending(pair => pair.Value)
                    .ThenBy(pair => pair.Key)
                    .Select(pair => new CloseClasses(
                        classNames[pair.Key.First], classNames[pair.Key.Second], pair.Value)),
            ],
            Answers = [.. answers.OrderByDescending(one => one.Classes[0].Probability)],
            Skipped = [],
            PicturesPerSecond = 0,
        };
    }

    private static SentenceResult Compare(string? sentence, IReadOnlyList<float[]> probabilities, int[] chosen)
    {
        int[] own = [.. probabilities.Select(row => Array.IndexOf(row, row.Max()))];
        return new SentenceResult(
            sentence,
            probabilities.Average(row => (double)row.Max()),
            own.Distinct().Count(),
            own.Zip(chosen).Average(one => one.First == one.Second ? 1.0 : 0.0));
    }

    private static PicturePrediction Describe(
        PictureItem picture, float[] row, IReadOnlyList<string> classNames) => new(
        picture.Path,
        [
            .. Enumerable.Range(0, row.Length)
                .OrderByDescending(label => row[label])
                .Take(2)
                .Select(label => new ClassProbability(classNames[label], label, row[label])),
        ])
        {
            Picture = picture,
        };
}
