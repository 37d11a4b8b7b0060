using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Teachers;

namespace PromptKD.Tests.Configuration.Presets;

public sealed class TeacherListTests
{
    private static readonly DistillConfig s_one = new() { Teacher = "a", TeacherPrompts = "p", Views = 3 };

    [Fact]
    public void Has_one_teacher_as_it_stands() => Assert.Equal([s_one], TeacherList.Of(s_one));

    [Fact]
    public void Names_each_further_teacher_with_its_own_prompts_and_store()
    {
        DistillConfig distill = s_one with
        {
            FurtherTeachers = ["b", ""],
            FurtherTeacherPrompts = ["", "q"],
            FurtherStores = ["", "s"],
        };

        Assert.Equal(
            [("a", "p", ""), ("b", "", ""), ("", "q", "s")],
            TeacherList.Of(distill).Select(one => (one.Teacher, one.TeacherPrompts, one.Store)));
    }

    [Fact]
    public void Lets_every_teacher_make_its_own_views_where_none_is_stored() => Assert.Equal(
        [3, 3], TeacherList.Of(s_one with { FurtherTeachers = ["b"] }).Select(one => one.Views));

    [Fact]
    public void Keeps_a_teacher_live_beside_one_that_is_stored() => Assert.Equal(
        [0, 3], TeacherList.Of(s_one with { FurtherStores = ["s"] }).Select(one => one.Views));

    [Fact]
    public void Refuses_lists_of_different_lengths()
    {
        DistillConfig teacherMissing = s_one with { FurtherTeachers = ["b"], FurtherStores = ["s", "t"] };
        DistillConfig storeMissing = s_one with { FurtherTeachers = ["b", "c"], FurtherStores = ["s"] };

        Refuses("DISTILL.FURTHER_TEACHERS has 1 entries for 2", teacherMissing);
        Refuses("DISTILL.FURTHER_STORES has 1 entries for 2", storeMissing);
        Refuses("DISTILL.FURTHER_TEACHER_PROMPTS has 1 entries for 0", s_one with { FurtherTeacherPrompts = ["q"] });
    }

    [Fact]
    public void Refuses_a_teacher_that_is_nowhere() => Refuses(
        "Teacher 3 is neither a CLIP nor a store", s_one with { FurtherTeachers = ["b", ""] });

    [Fact]
    public void Weighs_all_teachers_alike_unless_told_otherwise()
    {
        Assert.Equal([0.25, 0.25, 0.25, 0.25], TeacherCombination.Of(s_one, 4)!.Weights!);
        Assert.Equal([0.75, 0.25], TeacherCombination.Of(s_one with { TeacherWeights = [3, 1] }, 2)!.Weights!);
        Assert.Null(TeacherCombination.Of(s_one with { TeacherWeighting = "confidence" }, 2)!.Weights);
    }

    [Theory]
    [InlineData("DISTILL.TEACHER_WEIGHTS is [1.0]: 1 for 2 teachers", "fixed", 1.0)]
    [InlineData("at least one is above 0", "fixed", 0.0, 0.0)]
    [InlineData("finite numbers", "fixed", double.PositiveInfinity, 1.0)]
    [InlineData("Choose one", "confidence", 0.5, 0.5)]
    public void Refuses_weights_without_meaning(string expected, string weighting, params double[] weights)
    {
        DistillConfig distill = s_one with { TeacherWeighting = weighting, TeacherWeights = [.. weights] };

        var error = Assert.Throws<PromptKDException>(() => TeacherList.CheckWeights(distill, 2));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static void Refuses(string expected, DistillConfig distill) => Assert.Contains(
        expected, Assert.Throws<PromptKDException>(() => TeacherList.Of(distill)).Message, StringComparison.Ordinal);
}
