using System.Globalization;

namespace PromptKD.Training;

/// <summary>What the guard sees of a start on stored features, from its passes alone.</summary>
internal static class StartGuard
{
    /// <summary>Whether its learning rate is 0.</summary>
    public static string? FindNoRate(GuardedRun run) =>
        run is { StartRates.Count: > 0, StartLearningRate: 0 }
            ? "the learning rate of the start is 0: its passes teach hardly anything. Give one above 0 "
                + "(DISTILL.START.LR)."
            : null;

    /// <summary>Whether its passes end amid the warm-up.</summary>
    public static string? FindOnlyWarmup(GuardedRun run) =>
        run.StartRates.Count > 0
        && run.StartRates.Max() is > 0 and var most
        && most < Guard.WarmupShare * run.StartLearningRate
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"every pass of the start is one of warm-up: the learning rate is never above {most:0.###e+00}, and "
                + $"DISTILL.START.LR asks for {run.StartLearningRate:0.###e+00}. Give more passes "
                + $"(DISTILL.START.EPOCHS), or DISTILL.START.WARMUP_EPOCH 0.")
            : null;

    /// <summary>Whether it ended without a lower loss than that of its first pass.</summary>
    public static string? FindFlatLoss(GuardedRun run) =>
        run.Passes.Count >= Guard.FirstEpochs
        && run.Passes.Skip(1).Min(pass => pass.Loss) is var least
        && least > Guard.FallenLoss * run.Passes[0].Loss
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the loss of the start did not fall: {run.Passes[0].Loss:0.0000} in its first pass, {least:0.0000} "
                + $"at its least since. Give a higher learning rate (DISTILL.START.LR) where it stands still, a "
                + $"lower one where it rises.")
            : null;
}
