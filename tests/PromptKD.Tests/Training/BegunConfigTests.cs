using PromptKD.Configuration;
using PromptKD.Training;

namespace PromptKD.Tests.Training;

public sealed class BegunConfigTests : IDisposable
{
    private static readonly ExperimentConfig s_config =
        new ExperimentConfig().MergeOverrides(["DISTILL.IMAGES", "photos", "DATASET.NAME", "eurosat"]);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string File => Path.Combine(_folder, "config.yaml");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Says_from_where_its_paths_count()
    {
        BegunConfig.Write(File, s_config);

        Assert.Equal(
            $"# Relative paths count from {Environment.CurrentDirectory}\n{s_config.ToYaml()}",
            System.IO.File.ReadAllText(File));
        Assert.Equal(s_config, new ExperimentConfig().MergeFile(File));
        Assert.Null(Difference(s_config));
        Assert.Null(Difference(WithImages(Path.GetFullPath("photos"))));
    }

    [Fact]
    public void Is_that_of_what_goes_on_from_another_folder()
    {
        System.IO.File.WriteAllText(File, $"# Relative paths count from {_folder}\n{s_config.ToYaml()}");

        Assert.Null(Difference(WithImages(Path.Combine(_folder, "photos"))));
        Assert.Null(Difference(WithImages(
            Path.GetRelativePath(Environment.CurrentDirectory, Path.Combine(_folder, "photos")))));
        Assert.Null(Difference(s_config)); // The folder of all of it may have another name by now.
        Assert.Equal("DISTILL.IMAGES", Difference(WithImages(Path.Combine(_folder, "other")))!.Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# Relative paths count from\n")]
    [InlineData("# Mine\n# Relative paths count from /\n")]
    public void Of_one_that_does_not_say_it_paths_count_from_the_current_folder(string head)
    {
        System.IO.File.WriteAllText(File, head + s_config.ToYaml());

        Assert.Null(Difference(WithImages(Path.GetFullPath("photos"))));
        Assert.Equal("DISTILL.IMAGES", Difference(WithImages("/photos"))!.Key);
    }

    [Fact]
    public void Another_setting_is_another_run_and_a_harmless_one_is_not()
    {
        BegunConfig.Write(File, s_config);
        ExperimentConfig other = s_config.MergeOverrides(["DATASET.NAME", "dtd", "SEED", "5"]);

        Assert.Equal("DATASET.NAME", BegunConfig.FindDifference(File, other, key => key == "SEED")!.Key);
        Assert.Null(BegunConfig.FindDifference(File, other, key => key is "SEED" or "DATASET.NAME"));
        Assert.Null(BegunConfig.FindDifference(Path.Combine(_folder, "none"), other, _ => false));
    }

    private static ExperimentConfig WithImages(string folder) =>
        s_config.MergeOverrides(["DISTILL.IMAGES", folder]);

    private ConfigDifference? Difference(ExperimentConfig now) => BegunConfig.FindDifference(File, now, _ => false);
}
