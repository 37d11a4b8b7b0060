using PromptKD.Teachers;

namespace PromptKD.Tests.Teachers;

/// <summary>A teacher of two classes, whose logits differ by 2 whatever it answers. Numbers by hand.</summary>
public sealed class TeacherTemperatureTests
{
    private static readonly float[] s_first = [2, 0];
    private static readonly float[] s_second = [0, 2];

    // Three pictures that it always answers alike, and one of whose two views it changes its mind: it stays with what
    // it said in three quarters of the cases, so 2 / T = ln 3.
    [Fact]
    public void Is_as_sure_as_it_stays_with_its_answers()
    {
        bool[][] isFirst = [[true, true], [false, false], [true, true], [true, false]];

        Assert.Equal(2 / Math.Log(3), Find(isFirst)!.Value, tolerance: 1e-9);
    }

    // Of three views each is held against the next, the last against the first: of six cases two change.
    [Fact]
    public void Each_view_is_held_against_the_next()
    {
        bool[][] isFirst = [[true, true, true], [true, true, false]];

        Assert.Equal(2 / Math.Log(2), Find(isFirst)!.Value, tolerance: 1e-9);
    }

    [Theory]
    [InlineData(true, "the teacher gives all views of a picture the same answer")]
    [InlineData(false, "the teacher answers each view as if by chance")]
    [InlineData(null, "it compares answers to the views of a picture, and one is stored")]
    public void Says_why_answers_decide_nothing(bool? second, string expected)
    {
        Assert.Null(Find(second is { } other ? [[true, other]] : [[true]], out string why));
        Assert.Equal(expected, why);
    }

    [Fact]
    public void Leaves_no_tensor_behind()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Find([[true, true], [true, true], [true, false]]);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static double? Find(bool[][] isFirst) => Find(isFirst, out _);

    private static double? Find(bool[][] isFirst, out string why) => TeacherTemperature.Find(
        (pictures, view) => tensor(
            pictures.SelectMany(picture => isFirst[picture][view] ? s_first : s_second).ToArray(),
            [pictures.Count, 2]),
        [.. Enumerable.Range(0, isFirst.Length)],
        isFirst[0].Length,
        out why);
}
