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
    [InlineData("DISTILL.IMAGES", "''", "Give --images")]
    [InlineData("DISTILL.TARGET.BALANCE", "1.5", "DISTILL.TARGET.BALANCE is 1.5; give 0 to 1.")]
    [InlineData("DISTILL.TARGET.BALANCE", "0.5", "DISTILL.TARGET.BALANCE asks for stored features")]
    [InlineData("DISTILL.TARGET.ALL_VIEWS", "True", "DISTILL.TARGET.ALL_VIEWS asks for stored features")]
    public void Refuses_what_it_would_otherwise_leave_out(string key, string value, string message)
    {
        ExperimentConfig config = Complete().MergeOverrides([key, value]);

        PromptKDException error = Assert.Throws<PromptKDException>(() => DistillPreset.Check(config));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static ExperimentConfig Complete() => DistillPreset.Config with
    {
        Distill = new DistillConfig { Images = "photos", Teacher = "a", Student = "b", Classes = ["cat", "dog"] },
    };
}
