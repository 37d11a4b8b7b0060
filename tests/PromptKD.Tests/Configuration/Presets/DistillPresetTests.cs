using PromptKD.Configuration;
using PromptKD.Configuration.Presets;

namespace PromptKD.Tests.Configuration.Presets;

public sealed class DistillPresetTests
{
    [Fact]
    public void Accepts_the_paper_s_settings() => DistillPreset.Check(Complete());

    [Theory]
    [InlineData("INPUT.INTERPOLATION", "nearest", "INPUT.INTERPOLATION is nearest")]
    [InlineData("INPUT.TRANSFORMS", "('normalize', 'random_crop')", "INPUT.TRANSFORMS has random_crop")]
    [InlineData("INPUT.TRANSFORMS", "('random_flip',)", "INPUT.TRANSFORMS lacks normalize")]
    [InlineData("OPTIM.NAME", "rmsprop", "OPTIM.NAME is rmsprop; training knows sgd, adam, adamw only.")]
    [InlineData("OPTIM.MAX_EPOCH", "0", "OPTIM.MAX_EPOCH is 0")]
    [InlineData("DISTILL.IMAGES", "''", "Give Images")]
    [InlineData("DISTILL.TARGET.BALANCE", "1.5", "DISTILL.TARGET.BALANCE is 1.5; give 0 to 1.")]
    [InlineData("DISTILL.TARGET.BALANCE", "0.5", "DISTILL.TARGET.BALANCE asks for stored features")]
    [InlineData("DISTILL.TARGET.ALL_VIEWS", "True", "DISTILL.TARGET.ALL_VIEWS asks for stored features")]
    [InlineData("DISTILL.TARGET.CALIBRATE", "True", "DISTILL.TARGET.CALIBRATE asks for stored features")]
    [InlineData(
        "DISTILL.TARGET.CALIBRATE", "True", "finds the temperature, and DISTILL.TARGET.TEMPERATURE is 2.0. Choose one:",
        "DISTILL.VIEWS", "2", "DISTILL.TARGET.TEMPERATURE", "2.0")]
    [InlineData(
        "DISTILL.TARGET.CALIBRATE",
        "True",
        "not features. Use TRAINER.PROMPTKD.LOSS kl, or DISTILL.TARGET.CALIBRATE False.",
        "DISTILL.VIEWS", "2", "TRAINER.PROMPTKD.LOSS", "mse")]
    [InlineData("DISTILL.START.RIDGE", "0.1", "has a projector that it would replace", "MODEL.INIT_WEIGHTS", "x")]
    [InlineData("DISTILL.START.RIDGE", "0.1", "in a space of its own", "TRAINER.PROMPTKD.SHARED_TEXT", "False")]
    public void Refuses_what_it_would_otherwise_leave_out(
        string key, string value, string message, params string[] more)
    {
        if (key.EndsWith("RIDGE", StringComparison.Ordinal))
        {
            more = [.. more, "DISTILL.VIEWS", "2", "DISTILL.START.EPOCHS", "3"];
        }

        ExperimentConfig config = Complete().MergeOverrides([key, value, .. more]);

        PromptKDException error = Assert.Throws<PromptKDException>(() => DistillPreset.Check(config));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_what_a_program_sets_as_what_a_file_sets()
    {
        ExperimentConfig config = Complete();
        LoaderConfig batches = config.DataLoader.TrainX;

        Refuses(
            config with { DataLoader = config.DataLoader with { TrainX = batches with { BatchSize = -1 } } },
            "DATALOADER.TRAIN_X.BATCH_SIZE must be at least 1, not -1.");
        Refuses(config with { Device = "gpu" }, "DEVICE must be auto, cpu, cuda, or cuda:N, not \"gpu\".");

        static void Refuses(ExperimentConfig config, string message) => Assert.Equal(
            message, Assert.Throws<PromptKDException>(() => DistillPreset.Check(config)).Message);
    }

    private static ExperimentConfig Complete() => DistillPreset.Config with
    {
        Distill = new DistillConfig { Images = "photos", Teacher = "a", Student = "b", Classes = ["cat", "dog"] },
    };
}
