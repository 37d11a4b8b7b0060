using PromptKD.Configuration;
using PromptKD.Training;

namespace PromptKD.Tests.Training;

/// <summary>Which settings are those of one run.</summary>
public sealed class RunMarkTests
{
    [Theory]
    [InlineData("DISTILL.IMAGES", "photos", "photos/", true)]
    [InlineData("DISTILL.LABELLED", "/a/photos//", "/a/photos", true)]
    [InlineData("DATASET.ROOT", "data/", "data//", true)]
    [InlineData("MODEL.INIT_WEIGHTS", "model/", "model", true)]
    [InlineData("DISTILL.IMAGES", "s3://bucket/photos", "s3://bucket/photos/", true)]
    [InlineData("DISTILL.IMAGES", "photos", "photo", false)]
    [InlineData("DISTILL.IMAGES", "photos/a", "photos/b/", false)]
    [InlineData("DISTILL.STORE", "", "/", false)]
    [InlineData("TRAINER.NAME", "CoOp", "CoOp/", false)]
    public void Separators_at_the_end_of_a_path_say_nothing(string key, string first, string second, bool expected) =>
        Assert.Equal(expected, RunMark.IsOnePlace(new ConfigDifference(key, first, second)));

    [Theory]
    [InlineData("a/, b", true)]
    [InlineData("a, b/", true)]
    [InlineData("a", false)]
    [InlineData("b, a", false)]
    public void Of_several_places_each_is_compared(string second, bool expected)
    {
        ValueList<string> places = ["a", "b"];
        ValueList<string> others = [.. second.Split(", ")];

        Assert.Equal(
            expected, RunMark.IsOnePlace(new ConfigDifference("DISTILL.FURTHER_TEACHERS", places, others)));
    }
}
