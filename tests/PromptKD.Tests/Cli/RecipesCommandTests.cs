using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Golden;

namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class RecipesCommandTests(DistilledRun run)
{
    [Theory]
    [InlineData("fast")]
    [InlineData("best")]
    [InlineData("paper")]
    public void Prints_a_file_that_can_be_given_to_distill(string name) => Assert.Equal(
        File.ReadAllText(Path.Combine(ProjectFolder.Root, "configs", "recipes", $"{name}.yaml")),
        CliProgram.Run("recipes", name).Succeeds().Output);

    [Fact]
    public void Lists_what_there_is()
    {
        CliResult result = CliProgram.Run("recipes").Succeeds();

        Assert.Contains(result.OutputLines, line => line.StartsWith("fast: ", StringComparison.Ordinal));
        Assert.Contains(result.OutputLines, line => line.StartsWith("best (the default): ", StringComparison.Ordinal));
        Assert.Contains(result.OutputLines, line => line.StartsWith("paper: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Refuses_another_name() =>
        Assert.StartsWith(
            "promptkd: There is no recipe 'slow'.",
            CliProgram.Run("recipes", "slow").Mistake(),
            StringComparison.Ordinal);

    // Stops at a student that is not there: what is asked here stands in the log's first lines.
    [Theory]
    [InlineData("Recipe best, but DATALOADER.TRAIN_X.BATCH_SIZE 16, OPTIM.MAX_EPOCH 2", null)]
    [InlineData("Recipe fast, but DATALOADER.TRAIN_X.BATCH_SIZE 16, OPTIM.MAX_EPOCH 2", "fast")]
    [InlineData("Recipe paper, but DATALOADER.TRAIN_X.BATCH_SIZE 16, OPTIM.MAX_EPOCH 2", "paper")]
    public void Distilling_says_with_which_one_it_began_and_what_was_changed(string expected, string? recipe)
    {
        string output = run.NewPath();

        CliResult result = CliProgram.Run(
            run.Arguments(("--recipe", recipe), ("--output", output), ("--student", "nowhere.pt")));

        Assert.Contains("nowhere.pt", result.Mistake(), StringComparison.Ordinal);
        Assert.Contains(expected, result.ErrorLines);
        Assert.Contains(expected, File.ReadAllText(Path.Combine(output, "log.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_fast_one_leaves_a_student_without_tokens_that_its_configuration_names()
    {
        string output = run.NewPath();

        CliProgram.Run(
            [.. run.Arguments(("--recipe", "fast"), ("--output", output), ("--epochs", null)), "DISTILL.START.EPOCHS", "3"]).Succeeds();

        ExperimentConfig config = new ExperimentConfig().MergeFile(Path.Combine(output, "config.yaml"));
        Assert.Equal(
            ("fast", 0, 0), (config.Distill.Recipe, config.Optim.MaxEpoch, config.Trainer.PromptKD.NCtxVision));
        Assert.Equal(Recipe.Find("fast").Config.Distill.Views, config.Distill.Views);
        Assert.True(File.Exists(Path.Combine(output, "student", "model.json")));
    }

    [Fact]
    public void A_run_that_one_recipe_began_is_not_gone_on_with_by_another() => Assert.Contains(
        "holds a run of another configuration",
        CliProgram.Run(run.Arguments(("--recipe", "fast"))).Mistake(),
        StringComparison.Ordinal);
}
