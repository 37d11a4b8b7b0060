using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Runs;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Runs.Teach;

/// <summary>
/// <see cref="Experiment.TeachAndDistil"/> on four class folders, with tiny random CLIPs. It starts torch's one random
/// generator, so no other test may run beside it.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ExperimentTwoStagesTests : IDisposable
{
    private readonly TeachingRuns _runs = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Both_stages_end_in_the_same_bytes_when_they_are_stopped_between_and_within()
    {
        TeachAndDistil("whole");

        int stops = 0;
        while (StopBehindTheNextStep("stopped"))
        {
            stops++;
        }

        Assert.Equal(TeachingRuns.Steps + TeachingRuns.Epochs, stops);
        Assert.Equal(_runs.Digests("whole"), _runs.Digests("stopped"));
        Assert.Equal(
            _runs.Digests(Path.Combine("whole", "teacher")), _runs.Digests(Path.Combine("stopped", "teacher")));
    }

    [Fact]
    public void Says_in_manifest_and_model_card_which_labels_are_behind_the_student()
    {
        (TeachingReport teacher, DistillationReport student) = TeachAndDistil("run");

        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(student.StudentFolder, "model.json")));
        JsonElement tuning = manifest.RootElement.GetProperty("teacherTuning");
        Assert.Equal(teacher.Inputs["pictures"], tuning.GetProperty("picturesSha256").GetString());
        Assert.Equal(4, tuning.GetProperty("pictures").GetInt32());
        Assert.Equal(
            teacher.CheckpointSha256,
            manifest.RootElement.GetProperty("inputs").GetProperty("teacher prompts").GetString());
        Assert.Contains(
            $"tuned by PromptSRC on 4 labelled pictures of 2 classes\n(SHA-256 of the set: {teacher.Inputs["pictures"]})",
            File.ReadAllText(Path.Combine(student.StudentFolder, "README.md")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Finds_a_mistake_in_the_second_stage_before_the_first_one_begins()
    {
        ExperimentConfig distillation = _runs.Distillation("run");
        var stages = TwoStages.Join(
            _runs.Config(), distillation with { Distill = distillation.Distill with { Images = "nowhere" } }, Stop);
        var observer = new Interrupter(null);

        string message = Assert.Throws<PromptKDException>(() => Experiment.TeachAndDistil(
            stages, observer, cancellationToken: Stop)).Message;

        Assert.StartsWith("No folder at 'nowhere'", message, StringComparison.Ordinal);
        Assert.Equal(0, observer.Steps);
    }

    [Fact]
    public void Does_not_make_a_folder_anew_that_went_as_soon_as_its_teacher_was_there()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not move what is open.");
        ExperimentConfig distillation = _runs.Distillation("run");
        var stages = TwoStages.Join(_runs.Config(), distillation, Stop);
        Experiment.Teach(stages.Teaching, cancellationToken: Stop);
        string elsewhere = distillation.OutputDir + ".gone";
        var mover = new AtPhase("Finished already", () => Directory.Move(distillation.OutputDir, elsewhere));

        string message = Assert.Throws<PromptKDException>(
            () => Experiment.TeachAndDistil(stages, mover, cancellationToken: Stop)).Message;

        Assert.StartsWith(
            $"The folder '{distillation.OutputDir}' was deleted or moved", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(distillation.OutputDir));
        Assert.True(Directory.Exists(Path.Combine(elsewhere, "teacher")));
    }

    [Fact]
    public void Refuses_a_first_stage_beside_prompts_that_are_there()
    {
        ExperimentConfig distillation = _runs.Distillation("run");
        distillation = distillation with { Distill = distillation.Distill with { TeacherPrompts = "prompts.pt" } };

        Assert.StartsWith(
            "TeacherPrompts is of a teacher that is there",
            Assert.Throws<PromptKDException>(() => TwoStages.Join(_runs.Config(), distillation, Stop)).Message,
            StringComparison.Ordinal);
    }

    private (TeachingReport Teacher, DistillationReport Student) TeachAndDistil(string run) => Experiment.TeachAndDistil(
        TwoStages.Join(_runs.Config(), _runs.Distillation(run)), cancellationToken: Stop);

    /// <summary>Whether there was a step to stop behind.</summary>
    private bool StopBehindTheNextStep(string run)
    {
        using var stop = new CancellationTokenSource();
        var observer = new Interrupter(stop.Cancel);
        try
        {
            Experiment.TeachAndDistil(
                TwoStages.Join(_runs.Config(), _runs.Distillation(run)), observer, observer, stop.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
