using PromptKD.Configuration;
using PromptKD.Export;
using PromptKD.Runs;
using PromptKD.Tests.Data;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>
/// Every epoch is learned, the package is damaged, and the pictures changed meanwhile: whatever is written again names
/// the pictures that were learned from. A run that was cut off goes on with those that are left.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class FinishedWithOtherPicturesTests : IDisposable
{
    private static readonly string[] s_accept = ["TRAIN.ACCEPT_CHANGES", "True"];

    private readonly DistillingRuns _runs = new();

    private string Student => Path.Combine(_runs.Output("run"), "student");

    private string List => Path.Combine(_runs.Output("run"), "pictures.tsv.gz");

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Names_in_the_package_what_was_learned_from()
    {
        File.WriteAllText(_runs.Picture(0), "broken");
        DistillingRuns.Distil(_runs.Config());
        StudentManifest before = StudentPackage.ReadManifest(Student);
        byte[] student = _runs.StudentBytes("run");
        byte[] list = File.ReadAllBytes(List);
        Change();

        DistillationReport report = DistillingRuns.Distil(_runs.Config("run", s_accept));

        StudentManifest after = StudentPackage.ReadManifest(Student);
        Assert.Equal(before.Inputs, after.Inputs);
        Assert.Equal(DistillingRuns.Pictures - 1, after.Training!.Pictures);
        Assert.Equal(1, after.Training.SkippedPictures);
        Assert.Equal(DistillingRuns.Pictures - 1, report.Pictures);
        Assert.Equal(student, _runs.StudentBytes("run"));
        Assert.Equal(list, File.ReadAllBytes(List));
    }

    [Fact]
    public void Writes_nothing_again_where_nobody_knows_what_was_learned_from()
    {
        DistillingRuns.Distil(_runs.Config());
        Change();
        File.Delete(List);

        string message = Assert.Throws<PromptKDException>(
            () => DistillingRuns.Distil(_runs.Config("run", s_accept))).Message;

        Assert.Contains("all epochs were learned from other pictures", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.False(File.Exists(List));
    }

    [Fact]
    public void Names_the_new_pictures_where_an_epoch_learns_from_them()
    {
        ExperimentConfig config = _runs.Config();
        var listener = new Listener(() => throw new OperationCanceledException());
        Assert.Throws<OperationCanceledException>(() => DistillingRuns.Distil(config, listener));
        File.WriteAllBytes(_runs.Picture(3), TestPictures.Gradient(33, 33));

        DistillingRuns.Distil(_runs.Config("run", s_accept));

        DistillingRuns.Distil(_runs.Config("fresh"));
        StudentManifest fresh = StudentPackage.ReadManifest(Path.Combine(_runs.Output("fresh"), "student"));
        Assert.Equal(fresh.Inputs["pictures"], StudentPackage.ReadManifest(Student).Inputs["pictures"]);
    }

    [Theory]
    [InlineData(3, 7)] // Cut off in the second epoch, behind more pictures than are left.
    [InlineData(3, 1)]
    public void A_run_that_was_cut_off_goes_on_with_fewer_pictures(int step, int gone)
    {
        string[] often = ["TRAIN.CHECKPOINT_MINUTES", "0.0000001"];
        var breaking = new Interrupter(() => throw new InvalidOperationException("power cut"), step);
        Assert.Throws<InvalidOperationException>(() => DistillingRuns.Distil(_runs.Config("run", often), breaking));
        for (int number = 0; number < gone; number++)
        {
            File.Delete(_runs.Picture(number));
        }

        string refusal = Assert.Throws<PromptKDException>(
            () => DistillingRuns.Distil(_runs.Config("run", often))).Message;
        DistillationReport report = DistillingRuns.Distil(_runs.Config("run", [.. often, .. s_accept]));

        Assert.Contains("holds a run with other pictures: gone 0.png", refusal, StringComparison.Ordinal);
        Assert.Equal(DistillingRuns.Pictures - gone, report.Pictures);
        Assert.Equal([1, 2], report.Epochs.Select(epoch => epoch.Epoch));
        DistillingRuns.Distil(_runs.Config("run", often)); // Finished, with the pictures as they are.
    }

    // The start has a checkpoint of its own, and the run none yet.
    [Fact]
    public void A_start_that_was_cut_off_goes_on_with_other_pictures_and_says_so()
    {
        string[] start =
        [
            "DISTILL.VIEWS", "2", "DISTILL.START.EPOCHS", "6", "DISTILL.START.BATCH_SIZE", "5", "OPTIM.WARMUP_EPOCH",
            "0",
        ];
        using var stop = new CancellationTokenSource();
        var stopping = new AtPhase("pass 2 of", stop.Cancel);
        Assert.Throws<OperationCanceledException>(
            () => Experiment.Distil(_runs.Config("run", start), stopping, stop.Token));
        File.Delete(_runs.Picture(3));
        File.WriteAllBytes(_runs.Picture(11), TestPictures.Gradient(33, 33));
        const string Changes = "new 11.png, gone 3.png";

        string refusal = Assert.Throws<PromptKDException>(
            () => DistillingRuns.Distil(_runs.Config("run", start))).Message;
        var listener = new Listener();
        DistillingRuns.Distil(_runs.Config("run", [.. start, .. s_accept]), listener);

        string store = Path.Combine(_runs.Output("run"), "teacher-store");
        Assert.Equal(
            $"The teacher store {store} was made from other pictures: {Changes}. Put them back, or have it made anew of the "
            + "pictures as they are now with Train.AcceptChanges, or use another output folder.",
            refusal);
        Assert.Contains($"The pictures changed ({Changes}): {store} is made anew", listener.Phases);
        Assert.Contains($"going on with changed pictures: {Changes}", listener.Warnings);
        DistillingRuns.Distil(_runs.Config("fresh", start));
        StudentManifest fresh = StudentPackage.ReadManifest(Path.Combine(_runs.Output("fresh"), "student"));
        Assert.Equal(fresh.Inputs["pictures"], StudentPackage.ReadManifest(Student).Inputs["pictures"]);
    }

    private void Change()
    {
        File.Delete(Path.Combine(Student, "student.safetensors"));
        File.WriteAllBytes(_runs.Picture(3), TestPictures.Gradient(33, 33));
        File.Delete(_runs.Picture(4));
    }
}
