using PromptKD.Configuration;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Runs.Train;

/// <summary>What is wrong with a data set's pictures is said before the first step.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class NamedBeforeTests : IDisposable
{
    private readonly TrainingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void A_broken_picture_that_is_measured_on_is_named_once_and_before()
    {
        ExperimentConfig config = _runs.Config(modal: "cross");
        string broken = Lists(config).Test[0].Path;
        File.WriteAllText(broken, "no picture");
        var listener = new Listener();

        Experiment.Train(config, new(), listener, TestContext.Current.CancellationToken);

        Assert.Single(
            listener.WarningsBeforeTraining,
            warning => warning.StartsWith($"skipped {broken}: ", StringComparison.Ordinal));
        Assert.Single(listener.Warnings, warning => warning.Contains(broken, StringComparison.Ordinal));
    }

    [Fact]
    public void What_lies_beside_listed_pictures_is_counted_by_kind()
    {
        ExperimentConfig config = _runs.Config();
        string folder = Path.GetDirectoryName(Lists(config).Train[0].Path)!;
        File.WriteAllText(Path.Combine(folder, "a.psd"), "");
        File.WriteAllText(Path.Combine(folder, "b.psd"), "");
        File.WriteAllText(Path.Combine(folder, "Thumbs.db"), "");
        File.WriteAllText(Path.Combine(folder, "new.png"), "");

        LeftOut leftOut = Lists(config).LeftOut!;

        Assert.Equal(
            [(".psd", 2), ("Thumbs.db", 1), ("pictures that no list names", 1)],
            leftOut.Kinds.Select(kind => (kind.Key, kind.Value)));
        Assert.True(leftOut.IsLoud);
    }

    [Fact]
    public void A_list_of_a_part_is_no_reason_to_warn()
    {
        ExperimentConfig config = _runs.Config();
        string folder = Path.GetDirectoryName(Lists(config).Train[0].Path)!;
        Assert.Null(Lists(config).LeftOut!.Describe());

        File.WriteAllText(Path.Combine(folder, "new.png"), "");

        Assert.False(Lists(config).LeftOut!.IsLoud);
        Assert.Contains("1 picture that no list names", Lists(config).LeftOut!.Describe(), StringComparison.Ordinal);
    }

    private static ProtocolLists Lists(ExperimentConfig config) => DatasetProtocol.Read(
        config.Dataset, new ProtocolReading(1), TestContext.Current.CancellationToken);
}
