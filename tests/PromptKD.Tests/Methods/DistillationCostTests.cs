using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Tests.Methods;

/// <summary>What a distillation takes: sums of products, worked out by hand.</summary>
public sealed class DistillationCostTests
{
    // 1,000 pictures, 100 held out, 50 labelled; a view takes 1 ms to load, the teacher 4 and the student 2.
    private static readonly DistillationCost s_best = new()
    {
        Config = Recipe.Find("best").Config with { OutputDir = "runs/x" },
        Pace = new ViewPace(0.001, new TowerPace(0.004, 768), new TowerPace(0.002, 512)),
        Student = ClipArchitecture.VitB16,
        Pictures = 1000,
        HeldOut = 100,
        Validation = 50,
        StartStep = TimeSpan.FromMilliseconds(10),
        MemoryNow = 1_000_000_000,
    };

    // 14 × 14 patches, the class token, and 4 learned ones.
    private const double PromptedLook = 0.002 * 201 / 197;

    [Fact]
    public void Is_storing_measuring_the_start_and_the_epochs()
    {
        StartConfig start = s_best.Config.Distill.Start;
        int views = s_best.Config.Distill.Views, batch = s_best.Config.DataLoader.TrainX.BatchSize;

        // Epochs: 1 ms of loading and 2.3 looks, and 10 ms a step. Measured: the teacher once, the student 1 + 1 times
        // without tokens and 20 times with them.
        Assert.Equal(
            ["storing", "measuring", "the start's 100 passes", "20 epochs", "compiling and writing"],
            s_best.Phases.Select(phase => phase.Name));
        Assert.Equal(
            [
                views * 1000 * 0.007,
                150 * (0.005 + (2 * 0.003) + (20 * (0.001 + PromptedLook))),
                100 * (900 / start.BatchSize) * 0.01,
                20 * (900 / batch) * ((batch * (0.001 + (2.3 * PromptedLook))) + 0.01),
                2,
            ],
            s_best.Phases.Select(phase => phase.Time.TotalSeconds),
            (expected, actual) => Math.Abs(expected - actual) < 1e-6);
        Assert.Equal(s_best.Phases.Sum(phase => phase.Time.TotalSeconds), s_best.Total.TotalSeconds, 9);
        Assert.Equal(1000L * views * 2 * (768 + 512), s_best.StoreBytes);
    }

    [Fact]
    public void Without_epochs_there_is_no_backward_pass_through_the_tower()
    {
        DistillationCost fast = s_best with { Config = Recipe.Find("fast").Config };

        Assert.Equal(
            ["storing", "measuring", "the start's 100 passes", "compiling and writing"],
            fast.Phases.Select(phase => phase.Name));
        Assert.Equal(1_040_000_000, fast.Memory);
        Assert.True(s_best.Memory > 1_040_000_000);
    }

    [Fact]
    public void Memory_is_never_less_than_what_was_taken_already()
    {
        DistillationCost fast = s_best with { Config = Recipe.Find("fast").Config };

        Assert.Equal(
            1_010_000_000,
            (fast with
            {
                MemorySoFar = 900_000_000,
                Pace = fast.Pace with { Teacher = new TowerPace(0.004, 768) { Bytes = 30_000_000 } },
            }).Memory);
        Assert.Equal(3_000_000_000, (fast with { MemorySoFar = 3_000_000_000 }).Memory);
        Assert.Equal(1_040_000_000, (fast with { MemorySoFar = 1_030_000_000 }).Memory);
        Assert.Null((fast with { MemoryNow = null, MemorySoFar = null }).Memory);
    }

    [Fact]
    public void A_live_teacher_looks_in_every_epoch()
    {
        ExperimentConfig paper = Recipe.Find("paper").Config;
        DistillationCost live = s_best with { Config = paper, HeldOut = 0, Validation = 0 };
        int batch = paper.DataLoader.TrainX.BatchSize;

        (string name, TimeSpan time) = live.Phases[0];
        Assert.Equal("20 epochs", name);
        Assert.Equal(
            20 * (1000 / batch) * ((batch * (0.001 + 0.004 + (2.3 * PromptedLook))) + 0.01), time.TotalSeconds, 4);
        Assert.Equal(["20 epochs", "compiling and writing"], live.Phases.Select(phase => phase.Name));
        Assert.Equal(0, live.StoreBytes);
    }

    [Fact]
    public void A_tower_that_learns_takes_a_look_more()
    {
        ExperimentConfig paper = Recipe.Find("paper").Config;
        ExperimentConfig tuned = paper with
        {
            Trainer = paper.Trainer with { PromptKD = paper.Trainer.PromptKD with { TuneTower = true } },
        };
        DistillationCost cost = s_best with { Config = tuned, HeldOut = 0, Validation = 0 };
        int batch = paper.DataLoader.TrainX.BatchSize;

        Assert.Equal(
            20 * (1000 / batch) * ((batch * (0.001 + 0.004 + (3.3 * PromptedLook))) + 0.01),
            cost.Phases[0].Time.TotalSeconds,
            4);
    }

    [Fact]
    public void Is_said_in_a_line()
    {
        string said = s_best.Describe();

        Assert.StartsWith(
            "About 3 min 24 s for the whole run (1 min 42 s to 6 min 48 s while the machine is as busy as it is now): ",
            said,
            StringComparison.Ordinal);
        Assert.Contains("1 min 10 s of storing, 10.8 s of measuring, ", said, StringComparison.Ordinal);
        Assert.EndsWith("of memory; 0.026 GB of stores on disk", said, StringComparison.Ordinal);
    }
}
