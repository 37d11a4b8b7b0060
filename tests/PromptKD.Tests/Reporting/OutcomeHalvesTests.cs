using PromptKD.Reporting;

namespace PromptKD.Tests.Reporting;

public sealed class OutcomeHalvesTests
{
    [Fact]
    public void Halves_of_several_shots_find_each_other_by_what_their_settings_say()
    {
        List<RunOutcome> runs = OutcomeHalves.Join(
        [
            Base("4", 84, 4),
            Base("16", 97, 16),
            Novel("new16", 75) with { SaidShots = 16 },
            Novel("new4", 72) with { SaidShots = 4 },
        ]);

        Assert.Equal(
            [(4, 84.0, 72.0, "4 new4"), (16, 97.0, 75.0, "16 new16")],
            runs.Select(
                run => (run.Shots!.Value, run.Base!.Value, run.Novel!.Value, string.Join(' ', run.Folders))).Order());
    }

    [Fact]
    public void A_half_that_could_be_of_either_stays_alone() => Assert.Equal(
        3, OutcomeHalves.Join([Base("4", 84, 4), Base("16", 97, 16), Novel("new", 75)]).Count);

    [Fact]
    public void An_evaluation_that_repeats_what_a_run_says_is_left_out()
    {
        RunOutcome evaluated = Base("again", 97, 16) with { Shots = null };

        RunOutcome run = Assert.Single(OutcomeHalves.Join(
            [evaluated, Base("train", 97, 16), Novel("new", 75), Novel("new again", 75)]));

        Assert.Equal((16, 97.0, 75.0), (run.Shots!.Value, run.Base!.Value, run.Novel!.Value));
        Assert.Equal("train", run.Folders[0]);
    }

    [Fact]
    public void Two_tests_of_one_model_that_contradict_each_other_are_told_with_their_folders()
    {
        var report = new BenchmarkReport(
            OutcomeHalves.Join(
                [Base("train", 97, 16), Novel("new", 75), Novel("new2", 76), Base("other", 90, 16) with { Seed = 2 }]));

        Assert.Equal(
            "Two runs of PromptSRC on EuroSAT have the seed 1 and say different things: train with new and train with new2. "
            + "Neither is in the tables: report on a folder that holds one of them.",
            Assert.Single(report.Unfinished));
    }

    private static RunOutcome Base(string folder, double accuracy, int shots) =>
        Of(folder) with { Base = accuracy, Shots = shots };

    private static RunOutcome Novel(string folder, double accuracy) => Of(folder) with { Novel = accuracy };

    private static RunOutcome Of(string folder) => new()
    {
        Protocol = Protocol.BaseToNovel,
        Trainer = "PromptSRC",
        Dataset = "EuroSAT",
        Seed = 1,
        Selection = "last epoch",
        Folders = [folder],
    };
}
