using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Golden;

namespace PromptKD.Tests.Configuration.Presets;

public sealed class TeachPresetTests
{
    [Fact]
    public void Are_those_of_the_papers_teacher_but_for_speed()
    {
        string file = Path.Combine(
            ProjectFolder.Root, "configs", "trainers", "PromptSRC", "vit_l14_c2_ep20_batch8_4+4ctx.yaml");

        IEnumerable<string> keys = ExperimentConfig
            .Differences(TeachPreset.Config, TeachPreset.Config.MergeFile(file))
            .Select(difference => difference.Key);

        Assert.Equal(["DATALOADER.NUM_WORKERS", "MODEL.BACKBONE.NAME"], keys.Order(StringComparer.Ordinal));
    }
}
