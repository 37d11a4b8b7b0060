using PromptKD.Configuration;
using PromptKD.Features.Store;
using PromptKD.Inference;
using PromptKD.Runs;
using PromptKD.Teachers;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Inference;

/// <summary>What is opened and disposed keeps no tensor: a service may do so as often as it likes.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class LiveTensorsTests : IDisposable
{
    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Of_a_student_package()
    {
        DistillationReport report = DistillingRuns.Distil(_runs.Config());

        KeepsNothing(() =>
        {
            using var classifier = StudentClassifier.Load(report.StudentFolder, Computing.OnProcessor);
            Assert.Single(classifier.Classify(_runs.Picture(0)));
        });
    }

    [Fact]
    public void Of_a_student_package_in_half_precision()
    {
        DistillationReport report = DistillingRuns.Distil(_runs.Config());

        KeepsNothing(() => StudentClassifier.Load(report.StudentFolder, Computing.InHalf).Dispose());
    }

    [Fact]
    public void Of_a_clip_as_it_is() => KeepsNothing(() => ZeroShotClassifier.Load(
        _runs.Student, ["cat", "dog"], Computing.ZeroShot).Dispose());

    [Fact]
    public void Of_a_run()
    {
        int run = 0;
        KeepsNothing(() => DistillingRuns.Distil(_runs.Config($"run{run++}")));
    }

    [Fact]
    public void Of_a_finished_run()
    {
        ExperimentConfig config = _runs.Config();
        DistillingRuns.Distil(config);

        KeepsNothing(() => DistillingRuns.Distil(config));
    }

    [Fact]
    public void Of_a_store()
    {
        string store = _runs.Output("store");
        ExperimentConfig config = _runs.Config(options: ["DISTILL.STORE", store, "DISTILL.VIEWS", "1"]);

        KeepsNothing(() => TeacherStoring.Fill(
            config, StorePart.Whole, cancellationToken: TestContext.Current.CancellationToken));
        KeepsNothing(() => Assert.Empty(TeacherStoring.Check(store, TestContext.Current.CancellationToken)));
    }

    private static void KeepsNothing(Action openAndDispose)
    {
        openAndDispose(); // Whatever is made once and kept, is made now.
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        openAndDispose();
        openAndDispose();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
