using PromptKD.Export;
using PromptKD.Inference;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>Runs of students that lack a part of the paper's, to their packages.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class AblatedRunsTests : IDisposable
{
    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("TRAINER.PROMPTKD.LOSS l1", 0, 2, 40)]
    [InlineData("TRAINER.PROMPTKD.LOSS mse", 0, 2, 40)]
    [InlineData("TRAINER.PROMPTKD.PROJECT_LAYER 1", 0, 1, 40)]
    [InlineData("TRAINER.PROMPTKD.PROJECT_LAYER 3", 0, 3, 40)]
    [InlineData("TRAINER.PROMPTKD.N_CTX_VISION 0", 0, 2, 40)]
    [InlineData("TRAINER.PROMPTKD.SHARED_TEXT False", 0, 2, 24)]
    [InlineData("TRAINER.PROMPTKD.N_CTX_VISION 0 TRAINER.PROMPTKD.TUNE_TOWER True", 1, 2, 40)]
    public void A_package_of_each_part_loads_and_classifies(string keys, int tuned, int layers, int width)
    {
        string[] overrides = keys.Split(' ');
        DistillingRuns.Distil(_runs.Config("run", overrides));

        string package = Path.Combine(_runs.Output("run"), "student");
        StudentManifest manifest = StudentPackage.ReadManifest(package);
        Assert.Equal(
            (tuned == 1, layers, width), (manifest.TunedTower, manifest.ProjectorLayers, manifest.TeacherEmbedding));
        Assert.Equal(width == 24, manifest.OwnTexts);
        Assert.Contains(
            overrides[^2].Split('.')[^1], File.ReadAllText(Path.Combine(_runs.Output("run"), "config.yaml")));
        using (DisposeScope scope = NewDisposeScope())
        {
            Tensor before = SafetensorsFile.Read(_runs.Student)["visual.conv1.weight"];
            Tensor after =
                SafetensorsFile.Read(Path.Combine(package, "student.safetensors"))["image_encoder.conv1.weight"];
            Assert.Equal(tuned == 0, before.to(ScalarType.Float32).eq(after.to(ScalarType.Float32)).all().item<bool>());
        }

        using var classifier = StudentClassifier.Load(
            package, Computing.AsTrained, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(1, classifier.Classify(_runs.Picture(0), top: 3, TestContext.Current.CancellationToken).Sum(one => one.Probability), 1e-4);

        // The same command does nothing more; the same folder with the part put back is another run.
        byte[] first = _runs.StudentBytes("run");
        DistillingRuns.Distil(_runs.Config("run", overrides));
        Assert.Equal(first, _runs.StudentBytes("run"));
        var fault = Assert.Throws<PromptKDException>(() => DistillingRuns.Distil(_runs.Config("run")));
        Assert.Contains(overrides[0], fault.Message);
    }

    [Fact]
    public void A_resnet_learns_its_projector_or_its_tower_but_no_tokens()
    {
        using (DisposeScope scope = NewDisposeScope())
        {
            SafetensorsFile.Write(_runs.Student, [.. TinyResNet.Weights(TinyResNet.Architecture)]);
        }

        var fault = Assert.Throws<PromptKDException>(() => DistillingRuns.Distil(_runs.Config("tokens")));
        Assert.Contains("N_CTX_VISION 0", fault.Message);
        Assert.DoesNotContain('\n', fault.Message);

        foreach (string tunes in new[] { "False", "True" })
        {
            DistillingRuns.Distil(_runs.Config(
                tunes, "TRAINER.PROMPTKD.N_CTX_VISION", "0", "TRAINER.PROMPTKD.TUNE_TOWER", tunes, "OPTIM.LR",
                "0.0001"));
            using var classifier = StudentClassifier.Load(
                Path.Combine(_runs.Output(tunes), "student"),
                Computing.AsTrained,
                cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(1, classifier.Classify(_runs.Picture(0), top: 3, TestContext.Current.CancellationToken).Sum(one => one.Probability), 1e-4);
        }

        Assert.NotEqual(_runs.StudentBytes("False"), _runs.StudentBytes("True"));
    }

    [Theory]
    [InlineData("TRAINER.PROMPTKD.SHARED_TEXT False")]
    [InlineData("DISTILL.TARGET.TEMPERATURE 0.5")]
    public void Features_are_not_compared_where_there_is_nothing_to_compare_with(string keys)
    {
        var fault = Assert.Throws<PromptKDException>(() => DistillingRuns.Distil(
            _runs.Config("run", ["TRAINER.PROMPTKD.LOSS", "l1", .. keys.Split(' ')])));

        Assert.Contains("TRAINER.PROMPTKD.LOSS l1", fault.Message);
        Assert.DoesNotContain('\n', fault.Message);
    }
}
