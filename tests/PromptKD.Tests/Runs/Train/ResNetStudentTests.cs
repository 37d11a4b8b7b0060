using PromptKD.Configuration;
using PromptKD.Export;
using PromptKD.Inference.Classes;
using PromptKD.Models.Weights;
using PromptKD.Runs;
using PromptKD.Runtime;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Runs.Train;

/// <summary>A ResNet as a student of <c>train</c>: its projector alone, or its tower too.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ResNetStudentTests : IDisposable
{
    private readonly TrainingRuns _runs = new();

    public ResNetStudentTests()
    {
        using DisposeScope scope = NewDisposeScope();
        SafetensorsFile.Write(_runs.Student, [.. TinyResNet.Weights(TinyResNet.Architecture)]);
    }

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Goes_on_to_the_same_bytes_leaves_the_familys_checkpoint_and_takes_another_class(bool tuned)
    {
        TrainWhole(Config("whole", tuned));
        using (var stop = new CancellationTokenSource())
        {
            Assert.Throws<OperationCanceledException>(() => Experiment.Train(
                Config("stopped", tuned), new TrainingRequest(), new Listener(stop.Cancel), stop.Token));
        }

        TrainWhole(Config("stopped", tuned));
        Assert.Equal(_runs.Digests("whole"), _runs.Digests("stopped"));

        string checkpoint = Path.Combine(_runs.Output("whole"), TrainingRuns.Models, "model.pth.tar-2");
        using (DisposeScope scope = NewDisposeScope())
        using (CheckpointFile file = CheckpointFile.Open(checkpoint))
        {
            Assert.DoesNotContain(
                file.Tensors.Keys, name => name.Contains("image_encoder.VPT", StringComparison.Ordinal));
            Tensor before = SafetensorsFile.Read(_runs.Student)["visual.layer1.0.conv1.weight"];
            Tensor after = file.Tensors["image_encoder.layer1.0.conv1.weight"].Read();
            Assert.Equal(!tuned, before.to(ScalarType.Float32).eq(after.to(ScalarType.Float32)).all().item<bool>());
            Assert.Contains("VPT_image_trans.conv1.0.weight", file.Tensors.Keys);
        }

        string package = Path.Combine(_runs.Output("whole"), "student");
        Assert.Contains("a ResNet of 5 blocks for 64 pixels", File.ReadAllText(Path.Combine(package, "README.md")));
        StudentManifest changed = StudentClasses.Change(
            new ClassEdit
            {
                Package = package,
                Output = _runs.Output("more"),
                Add = ["cow"],
                Teacher = _runs.Teacher,
                Vocabulary = TinyClip.Vocabulary,
                Device = ComputeDevice.Cpu,
            },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((tuned, "cow"), (changed.TunedTower, changed.ClassNames[^1]));
        Assert.Null(StudentPackage.FindFault(_runs.Output("more")));
    }

    private static TrainingReport TrainWhole(ExperimentConfig config) =>
        Experiment.Train(config, new TrainingRequest(), cancellationToken: TestContext.Current.CancellationToken);

    private ExperimentConfig Config(string run, bool tuned) => _runs.Config(run: run, options:
    [
        "TRAINER.PROMPTKD.N_CTX_VISION", "0", "TRAINER.PROMPTKD.TUNE_TOWER", $"{tuned}", "OPTIM.LR", "0.0001",
        "TEST.FINAL_MODEL", "last_step",
    ]);
}
