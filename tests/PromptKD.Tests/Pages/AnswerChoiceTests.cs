using PromptKD.Evaluation;
using PromptKD.Pages;

namespace PromptKD.Tests.Pages;

public sealed class AnswerChoiceTests
{
    [Fact]
    public void Most_worth_a_look_is_where_both_are_sure_and_differ()
    {
        PictureAnswer[] answers =
        [
            Answer("same", teacher: (0, 0.99), student: (0, 0.99)),
            Answer("b", teacher: (0, 0.9), student: (1, 0.5)),
            Answer("a", teacher: (0, 0.5), student: (1, 0.9)),
            Answer("surest", teacher: (0, 0.8), student: (1, 0.8)),
        ];

        Assert.Equal(["surest", "a", "b"], AnswerChoice.Most(answers).Select(answer => answer.Picture));
    }

    [Fact]
    public void Of_labelled_pictures_it_is_where_the_student_is_sure_and_wrong()
    {
        PictureAnswer[] answers =
        [
            Answer("right", (1, 0.9), (0, 0.9)) with { Label = 0 },
            Answer("wrong", (0, 0.1), (1, 0.6)) with { Label = 0 },
            Answer("wronger", (0, 0.1), (1, 0.7)) with { Label = 0 },
        ];

        Assert.Equal(["wronger", "wrong"], AnswerChoice.Most(answers).Select(answer => answer.Picture));
    }

    [Fact]
    public void A_page_shows_forty_at_most_whatever_there_is()
    {
        PictureAnswer[] answers =
            [.. Enumerable.Range(0, 500).Select(place => Answer($"{place:000}", (0, 0.5), (1, place / 500.0)))];

        Assert.Equal(20, AnswerChoice.Most(answers).Count);
        Assert.Equal(["499", "498"], AnswerChoice.Surest(answers).Take(2).Select(answer => answer.Picture));
        Assert.Equal(["000", "001"], AnswerChoice.LeastSure(answers).Take(2).Select(answer => answer.Picture));
        Assert.InRange(AnswerChoice.Shown(answers).Count(), 20, 40);
    }

    private static PictureAnswer Answer(
        string name, (int Class, double Probability) teacher, (int Class, double Probability) student) =>
        new(
            PictureAnswers.HeldOut,
            name,
            null,
            [new(teacher.Class, teacher.Probability)],
            [new(student.Class, student.Probability)]);
}
