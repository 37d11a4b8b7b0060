using PromptKD.Data.Pictures;
using PromptKD.Inference.Previews;

namespace PromptKD.Tests.Inference.Previews;

/// <summary>Three pictures, three classes, two sentences: every number by hand.</summary>
public sealed class PreviewedAnswersTests
{
    private static readonly float[][] s_first = [[0.5f, 0.25f, 0.25f], [0.25f, 0.5f, 0.25f], [0.75f, 0.125f, 0.125f]];
    private static readonly float[][] s_second = [[0.25f, 0.75f, 0f], [0.25f, 0.75f, 0f], [1f, 0f, 0f]];
    private static readonly float[][] s_all =
        [[0.375f, 0.5f, 0.125f], [0.25f, 0.625f, 0.125f], [0.875f, 0.0625f, 0.0625f]];

    private static PreviewReport Report { get; } = PreviewedAnswers.Report(
        ["ape", "bee", "cat"],
        [new PictureItem("1.png"), new PictureItem("2.png"), new PictureItem("3.png")],
        ["a {}.", "the {}."],
        [s_first, s_second, s_all]);

    [Fact]
    public void Counts_what_the_average_of_all_sentences_chooses()
    {
        Assert.Equal(
            [new PreviewedClass("ape", 1, 0.875), new PreviewedClass("bee", 2, 0.5625), new PreviewedClass(
                "cat", 0, null)],
            Report.Classes);
        Assert.Equal(["cat"], Report.NeverChosen);
        Assert.Equal((0.5 + 0.625 + 0.875) / 3, Report.Confidence, precision: 12);
    }

    [Fact]
    public void Puts_the_surest_first() =>
        Assert.Equal(["3.png", "2.png", "1.png"], Report.Answers.Select(one => one.Path));

    // Of 1.png the second class has 0.375 of 0.5; of 2.png 0.25 of 0.625, less than half.
    [Fact]
    public void Names_pairs_that_are_hardly_told_apart() =>
        Assert.Equal([new CloseClasses("ape", "bee", 1)], Report.Pairs);

    [Fact]
    public void Compares_sentences_with_the_average_of_all()
    {
        Assert.Equal(["a {}.", "the {}.", null], Report.Sentences.Select(one => one.Sentence));
        Assert.Equal([2.0 / 3, 1, 1], Report.Sentences.Select(one => one.Agreement));
        Assert.Equal([1.75 / 3, 2.5 / 3, 2.0 / 3], Report.Sentences.Select(one => one.Confidence));
        Assert.Equal([2, 2, 2], Report.Sentences.Select(one => one.ClassesChosen));
    }

    [Theory]
    [InlineData(0, new[] { 0, 1, 2, 3, 4, 5, 6 })]
    [InlineData(9, new[] { 0, 1, 2, 3, 4, 5, 6 })]
    [InlineData(3, new[] { 0, 2, 4 })]
    [InlineData(1, new[] { 0 })]
    public void A_sample_is_evenly_spaced(int count, int[] expected) =>
        Assert.Equal(expected, TeacherPreview.Spread([0, 1, 2, 3, 4, 5, 6], count));
}
