using PromptKD.Demo;

namespace PromptKD.Tests.Cli;

/// <summary>What <c>promptkd demo</c> draws; its runs take longer than a test may.</summary>
public sealed class DemoCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Draws_labelled_pictures_to_teach_with()
    {
        CliProgram.Run("demo", "--teach", "--pictures-only", "--pictures", "1", "--output", _folder).Succeeds();

        string labelled = Path.Combine(_folder, "pictures", DemoData.LabelledFolder);
        Assert.Equal(24 * 16, Directory.GetFiles(labelled, "*.png", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void Refuses_pictures_below_0() => Assert.Contains(
        "--pictures is -1; give 0 or more.",
        CliProgram.Run("demo", "--pictures", "-1", "--output", _folder).Mistake(),
        StringComparison.Ordinal);

    [Fact]
    public void Refuses_a_recipe_that_there_is_not_and_draws_nothing()
    {
        string output = Path.Combine(_folder, "run");

        Assert.Contains(
            "fast, best, paper",
            CliProgram.Run("demo", "--recipe", "finest", "--output", output).Mistake(),
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(output));
    }
}
