using PromptKD.Evaluation;
using PromptKD.Training;

namespace PromptKD.Tests.Training;

/// <summary>What the guard says of a teacher's accuracies before and after it was taught.</summary>
public sealed class TaughtGuardTests
{
    // Two standard errors of the difference, by hand: 4.3, 27.2 and 1.2 points.
    [Theory]
    [InlineData(39.8, 23.6, 912, true)]
    [InlineData(80, 70, 20, false)]
    [InlineData(80, 76.5, 10_000, true)]
    [InlineData(80, 77.5, 10_000, false)]
    [InlineData(57.8, 78.1, 960, false)]
    public void A_loss_that_chance_does_not_explain_is_said(double plain, double taught, int pictures, bool said) =>
        Assert.Equal(said, TaughtGuard.FindWorse(Of(plain, pictures), Of(taught, pictures), epoch: 2) is not null);

    [Fact]
    public void It_has_both_numbers_and_what_to_change() => Assert.Equal(
        new RunNotice(
            "taughtIsWorse",
            2,
            "teaching did harm: the taught teacher names 23.6 % of 912 labelled pictures right, the CLIP as it came "
            + "39.8 %. Look at the labels, give more of them (DATASET.NUM_SHOTS) or more epochs, or a lower learning rate "
            + "(OPTIM.LR).",
            Holds: true),
        TaughtGuard.FindWorse(Of(39.8, 912), Of(23.6, 912), epoch: 2));

    [Fact]
    public void Where_nothing_was_measured_nothing_is_said() =>
        Assert.Null(TaughtGuard.FindWorse(plain: null, taught: null, epoch: 2));

    private static BaseNovelResult Of(double accuracy, int pictures) =>
        new(accuracy, Base: null, Novel: null, MacroF1: accuracy, pictures);
}
