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
    [InlineData("DISTILL.IMAGES", "photos", "./photos", true)]
    [InlineData("DISTILL.VAL", "photos//", "photos/../photos", true)]
    [InlineData("DISTILL.STUDENT", "a//b", "a/b", true)]
    [InlineData("DISTILL.TEACHER", "onnx:a/b", "onnx:./a/c/../b/", true)]
    [InlineData("DISTILL.TEACHER", "onnx:a/b", "onnx:a/c", false)]
    [InlineData("DISTILL.TEACHER", "openai:ViT-B/16", "openai:ViT-B/32", false)]
    [InlineData("DISTILL.IMAGES", "s3://bucket/photos", "s3://bucket/photo", false)]
    [InlineData("DISTILL.CLASS_VECTORS", "", ".", false)]
    [InlineData("DISTILL.STORE", "\0", "\0", true)]
    [InlineData("TRAINER.NAME", "CoOp", "CoOp/", false)]
    public void A_place_may_be_spelled_in_another_way(string key, string first, string second, bool expected) =>
        Assert.Equal(expected, RunMark.IsOnePlace(new ConfigDifference(key, first, second)));

    [Fact]
    public void A_link_names_the_place_where_it_leads()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "photos"));
            File.CreateSymbolicLink(Path.Combine(folder, "link"), "photos");
            string link = Path.Combine(folder, "link");

            Assert.True(RunMark.IsOnePlace(new ConfigDifference(
                "DISTILL.IMAGES", link, Path.GetRelativePath(".", Path.Combine(folder, "photos")))));
            Assert.False(RunMark.IsOnePlace(new ConfigDifference("DISTILL.IMAGES", link, folder)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("photos", "/data/one/photos", true)]
    [InlineData("../two/photos/", "/data/two/photos", true)]
    [InlineData("/data/one/photos", "/data/one/photos/", true)]
    [InlineData("photos", "photos", true)] // All of it may have moved.
    [InlineData("onnx:a", "onnx:/data/one/a", true)]
    [InlineData("s3://bucket/photos", "s3://bucket/photos/", true)]
    [InlineData("photos", "/data/two/photos", false)]
    [InlineData("photos", "/photos", false)]
    [InlineData("photos", "", false)]
    [InlineData("", "/data/one", false)]
    public void What_was_begun_in_another_folder_names_places_from_there(string first, string second, bool expected)
    {
        Assert.Equal(
            expected, RunMark.IsOnePlace(new ConfigDifference("DISTILL.IMAGES", first, second), from: "/data/one"));
        Assert.Equal(
            expected,
            RunMark.IsOnePlace(
                new ConfigDifference(
                    "DISTILL.FURTHER_TEACHERS",
                    new ValueList<string>(["openai:ViT-B/16", first]),
                    new ValueList<string>(["openai:ViT-B/16", second])),
                from: "/data/one"));
    }

    /// <summary>
    /// Settings that name inputs, from the documentation of the options; their words say file or folder.
    /// </summary>
    [Theory]
    [InlineData("DATASET.ROOT")]
    [InlineData("MODEL.INIT_WEIGHTS")]
    [InlineData("DISTILL.IMAGES")]
    [InlineData("DISTILL.LABELLED")]
    [InlineData("DISTILL.VAL")]
    [InlineData("DISTILL.TEACHER")]
    [InlineData("DISTILL.TEACHER_PROMPTS")]
    [InlineData("DISTILL.CLASS_VECTORS")]
    [InlineData("DISTILL.FURTHER_TEACHERS")]
    [InlineData("DISTILL.FURTHER_TEACHER_PROMPTS")]
    [InlineData("DISTILL.FURTHER_CLASS_VECTORS")]
    [InlineData("DISTILL.STUDENT")]
    [InlineData("DISTILL.STORE")]
    [InlineData("DISTILL.FURTHER_STORES")]
    public void Every_setting_that_names_inputs_is_a_place(string key)
    {
        var spelled = new ExperimentConfig().MergeOverrides([key, IsList(key) ? "['a/b']" : "a/b"]);
        var otherwise = new ExperimentConfig().MergeOverrides([key, IsList(key) ? "['./a//b/']" : "./a//b/"]);

        Assert.True(RunMark.IsOnePlace(Assert.Single(ExperimentConfig.Differences(spelled, otherwise))));
        Assert.Equal(RunMark.Of(spelled), RunMark.Of(otherwise));
    }

    private static bool IsList(string key) => key.StartsWith("DISTILL.FURTHER_", StringComparison.Ordinal);

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
