using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Golden;

namespace PromptKD.Tests.Configuration.Presets;

public sealed class RecipeTests
{
    private static readonly string s_folder = Path.Combine(ProjectFolder.Root, "configs", "recipes");

    public static TheoryData<string> Names => [.. Recipe.All.Select(recipe => recipe.Name)];

    [Fact]
    public void Every_file_is_a_recipe_and_every_recipe_a_file() => Assert.Equal(
        Directory.GetFiles(s_folder).Select(path => (Path.GetFileName(path), File.ReadAllText(path))).Order(),
        Recipe.All.Select(recipe => ($"{recipe.Name}.yaml", recipe.Yaml)).Order());

    [Fact]
    public void The_paper_s_is_the_preset() => Assert.Equal(DistillPreset.Config, Recipe.Find("paper").Config);

    // Else what one sets would remain below another, where a user lays a changed copy over it.
    [Theory]
    [MemberData(nameof(Names))]
    public void Laid_over_another_it_is_whole(string name) => Assert.All(Recipe.All, below =>
        Assert.Equal(Recipe.Find(name).Config, below.Config.MergeYaml(Recipe.Find(name).Yaml, "mine.yaml")));

    [Theory]
    [MemberData(nameof(Names))]
    public void Can_be_run_as_it_is_and_is_not_warned_of(string name)
    {
        ExperimentConfig config = Complete(Recipe.Find(name).Config);

        DistillPreset.Check(config);
        Assert.Null(ActingKeys.OfDistill(config).Warning());
        Assert.Null(ActingKeys.OfFeatures(Recipe.Find(name).Config).Warning());
        Assert.Equal(name, config.Distill.Recipe);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Says_in_its_head_what_it_is_and_how_it_is_asked_for(string name)
    {
        Recipe recipe = Recipe.Find(name);

        Assert.EndsWith(".", recipe.Summary, StringComparison.Ordinal);
        Assert.Contains(
            name == "best" ? "\n# promptkd distill --images" : $"\n# promptkd distill --recipe {name} --images",
            recipe.Yaml,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_word_it_is_the_best() =>
        Assert.Equal(Recipe.Find("best").Config, Recipe.Under(below => below));

    [Fact]
    public void What_is_set_stands_over_the_recipe_key_by_key()
    {
        ExperimentConfig config = Recipe.Under(below => below
            .MergeYaml("DISTILL: {RECIPE: paper}\nOPTIM: {LR: 0.5}", "mine.yaml")
            .MergeOverrides(["DISTILL.RECIPE", "fast"]));

        ExperimentConfig fast = Recipe.Find("fast").Config;
        Assert.Equal(fast with { Optim = fast.Optim with { Lr = 0.5 } }, config);
    }

    [Fact]
    public void Reference_asks_for_the_paper_s() => Assert.Equal(
        DistillPreset.Config with { Reference = true }, Recipe.Under(below => below with { Reference = true }));

    [Fact]
    public void Reference_beside_another_recipe_is_refused() => Assert.Equal(
        "REFERENCE is True, and DISTILL.RECIPE is best: only recipe paper is the reference's. Leave one of the two out.",
        Assert.Throws<PromptKDException>(
            () => DistillPreset.Check(Complete(Recipe.Find("best").Config with { Reference = true }))).Message);

    [Fact]
    public void Reference_rounds_prompts_as_it_does_in_training() =>
        Assert.True(DistillPreset.Resolve(DistillPreset.Config with { Reference = true }).Trainer.PromptKD.HalfPrompts);

    [Fact]
    public void Changes_are_those_of_its_own_keys()
    {
        ExperimentConfig config = Complete(DistillPreset.Config).MergeOverrides(["OPTIM.LR", "0.25", "SEED", "9"]);

        Assert.Equal("Recipe paper, but OPTIM.LR 0.25", Recipe.Find("paper").Describe(config));
    }

    [Fact]
    public void Changes_without_effect_are_none()
    {
        string[] store = ["DISTILL.STORE", "store", "DISTILL.VIEWS", "3", "OPTIM.MAX_EPOCH", "2"];
        ExperimentConfig config = Complete(Recipe.Find("best").Config).MergeOverrides(store);

        Assert.Equal("Recipe best, but OPTIM.MAX_EPOCH 2", Recipe.Find("best").Describe(config));
    }

    [Fact]
    public void Another_name_is_refused() => Assert.Equal(
        "There is no recipe 'good'. Give one of fast, best, paper, or a file of keys with Config.",
        Assert.Throws<PromptKDException>(() => Recipe.Find("good")).Message);

    private static ExperimentConfig Complete(ExperimentConfig config) => config.MergeOverrides(
    [
        "OUTPUT_DIR", "run", "DISTILL.IMAGES", "photos", "DISTILL.TEACHER", "large.pt", "DISTILL.STUDENT", "small.pt",
        "DISTILL.CLASSES", "['cat', 'dog']",
    ]);
}
