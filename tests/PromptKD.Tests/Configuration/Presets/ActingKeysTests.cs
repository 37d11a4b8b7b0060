using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Golden;

namespace PromptKD.Tests.Configuration.Presets;

public sealed class ActingKeysTests
{
    private static readonly string s_configs = Path.Combine(ProjectFolder.Root, "configs");

    [Fact]
    public void One_warning_names_all_keys_that_distilling_does_not_read() => Assert.Equal(
        "DATASET.NUM_SHOTS, OPTIM.ADAM_BETA1, TRAIN.CHECKPOINT_FREQ, TRAINER.COOP.CSC have no effect in distill with "
        + "these settings.",
        ActingKeys.OfDistill(DistillPreset.Config.MergeOverrides(
        [
            "OPTIM.ADAM_BETA1", "0.5", "TRAIN.CHECKPOINT_FREQ", "3", "DATASET.NUM_SHOTS", "4",
            "TRAINER.COOP.CSC", "True", "OPTIM.LR", "0.1",
        ])).Warning());

    [Theory]
    [InlineData("INPUT.SIZE", "[32, 32]")]
    [InlineData("TRAINER.PROMPTKD.TEMPLATES", "['a {}']", "DISTILL.TEACHER_PROMPTS", "prompts.pt")]
    [InlineData("TRAINER.PROMPTKD.CTX_INIT", "words")]
    [InlineData("TRAINER.PROMPTKD.PROMPT_DEPTH_VISION", "3", "TRAINER.PROMPTKD.N_CTX_VISION", "0")]
    [InlineData("OPTIM.GAMMA", "0.3")]
    [InlineData("OPTIM.WARMUP_MIN_LR", "0.3")]
    [InlineData("INPUT.RRCROP_SCALE", "[0.3, 1]", "INPUT.TRANSFORMS", "['normalize']")]
    [InlineData("INPUT.RRCROP_SCALE", "[0.3, 1]", "DISTILL.STORE", "store")]
    [InlineData("DISTILL.VIEWS", "3", "DISTILL.FURTHER_STORES", "['store']")]
    [InlineData("OPTIM.LR", "0.1", "OPTIM.MAX_EPOCH", "0")]
    [InlineData("TRAINER.PROMPTKD.PROMPT_LR_FACTOR", "0.1", "OPTIM.MAX_EPOCH", "0")]
    [InlineData("TRAINER.PROMPTKD.PROMPT_LR_FACTOR", "0.1", "TRAINER.PROMPTKD.N_CTX_VISION", "0")]
    [InlineData("DISTILL.START.WARMUP_EPOCH", "2")]
    [InlineData("DISTILL.START.RIDGE", "0.1")]
    public void A_key_that_another_one_switches_off_is_named(string key, params string[] rest)
    {
        ExperimentConfig config = DistillPreset.Config.MergeOverrides([key, .. rest]);

        Assert.Equal([key], ActingKeys.OfDistill(config).FindIdle());
    }

    [Fact]
    public void What_is_distill_s_alone_is_named_in_train()
    {
        ExperimentConfig config = new ExperimentConfig().MergeOverrides(
            ["DISTILL.IMAGES", "photos", "DISTILL.AVERAGE", "0.9"]);

        Assert.Equal(["DISTILL.IMAGES", "DISTILL.AVERAGE"], ActingKeys.OfTrain(config, hasTeacher: true).FindIdle());
    }

    [Fact]
    public void The_paper_s_settings_are_not_warned_of()
    {
        Assert.Null(ActingKeys.OfDistill(DistillPreset.Config).Warning());
        Assert.Null(ActingKeys.OfTeach(TeachPreset.Config).Warning());
        Assert.Null(ActingKeys.OfFeatures(DistillPreset.Config).Warning());
    }

    [Fact]
    public void No_shipped_file_is_warned_of_with_its_command()
    {
        IEnumerable<string> warnings =
            from dataset in Directory.GetFiles(Path.Combine(s_configs, "datasets"))
            from method in Directory.GetDirectories(Path.Combine(s_configs, "trainers"))
            from trainer in Directory.GetFiles(method)
            let warning = Warning(dataset, trainer, Path.GetFileName(method))
            where warning is not null
            select $"{Path.GetFileName(method)}: {warning}";

        Assert.Empty(warnings.Distinct());
    }

    private static string? Warning(string dataset, string trainer, string method)
    {
        bool hasTeacher = method == "PromptKD";
        ExperimentConfig config = new ExperimentConfig().MergeFile(dataset).MergeFile(trainer).MergeOverrides(
        [
            "TRAINER.NAME", method, "SEED", "1", "DATASET.ROOT", "DATA", "OUTPUT_DIR", "output",
            .. hasTeacher
                ? ["DATASET.NUM_SHOTS", "0", "TRAINER.MODAL", "cross", "TRAINER.PROMPTKD.KD_WEIGHT", "1000.0"]
                : (string[])["DATASET.NUM_SHOTS", "16", "DATASET.SUBSAMPLE_CLASSES", "base"],
        ]);
        return ActingKeys.OfTrain(config, hasTeacher).Warning();
    }
}
