using PromptKD.Evaluation;

namespace PromptKD.Tests.Evaluation;

/// <summary>Statistics of answers, against the same sums in Python's floats.</summary>
public sealed class AnswerStatisticsTests
{
    private static readonly PictureScores s_teacher = Scores([2, 0, 0], [0, 2, 0], [2, 1, 0], [2, 0, 1]);

    [Fact]
    public void A_teachers_answers_are_counted_and_weighed()
    {
        HeldOutTeacher teacher = AnswerStatistics.OfTeacher(s_teacher);

        Assert.Equal(4, teacher.Pictures);
        Assert.Equal(0, teacher.Majority);
        Assert.Equal(0.75, teacher.MajorityShare);
        Assert.Equal(2, teacher.ClassesNamed);
        Assert.Equal(1.7547653506033232, teacher.ClassesUsed, 12); // exp(-3/4 ln 3/4 - 1/4 ln 1/4)
        Assert.Equal(0.7261134989682101, teacher.Confidence, 12);
        Assert.Equal(0.21220224463467607, teacher.Information, 12);
    }

    [Fact]
    public void A_student_is_compared_picture_by_picture()
    {
        HeldOutResult student = AnswerStatistics.Compare(
            s_teacher, Scores([1, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0]), Scores([1, 0], [0, 1], [1, 0], [0, 1]));

        Assert.Equal(4, student.Pictures);
        Assert.Equal(0.5, student.Agreement);
        Assert.Equal(0.3515949700851331, student.Divergence, 12);
        Assert.Equal(0.75, student.MajorityShare);
        Assert.Equal(2, student.ClassesNamed);
        Assert.Equal(0.5, student.FeatureSpread!.Value, 12); // their mean is (1/2, 1/2)
    }

    [Fact]
    public void Pictures_that_one_of_both_did_not_see_do_not_count()
    {
        var student = PictureScores.Of([(0, [1, 0, 0]), (9, [1, 0, 0])]);

        Assert.Equal(1, AnswerStatistics.Compare(s_teacher, student).Pictures);
        Assert.Equal(1, AnswerStatistics.Compare(s_teacher, student).Agreement);
    }

    [Fact]
    public void A_teacher_that_says_the_same_of_all_tells_nothing() => Assert.Equal(
        0, AnswerStatistics.OfTeacher(Scores([1, 2, 0], [1, 2, 0])).Information, 12);

    [Fact]
    public void The_class_that_another_model_names_is_kept_behind_the_best()
    {
        float[] logits = [0, MathF.Log(2), MathF.Log(5)];

        IReadOnlyList<RankedClass> with = AnswerStatistics.TopWith(logits, 2, other: 0);

        Assert.Equal([2, 1, 0], with.Select(ranked => ranked.Class));
        Assert.Equal(0.125, with[2].Probability, 6);
        Assert.Equal(AnswerStatistics.Top(logits, 2), AnswerStatistics.TopWith(logits, 2, other: 1));
    }

    [Fact]
    public void The_best_classes_come_first()
    {
        IReadOnlyList<RankedClass> top = AnswerStatistics.Top([0, MathF.Log(2), MathF.Log(5)], 2);

        Assert.Equal([2, 1], top.Select(ranked => ranked.Class));
        Assert.Equal(0.625, top[0].Probability, 6);
        Assert.Equal(0.25, top[1].Probability, 6);
    }

    private static PictureScores Scores(params float[][] rows) => PictureScores.Of(rows.Index());
}
