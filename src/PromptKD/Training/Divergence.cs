using System.Globalization;

namespace PromptKD.Training;

/// <summary>What to say of a training that diverged.</summary>
internal static class Divergence
{
    /// <summary>
    /// What to do, for whoever can only start again: settings of a run that was begun cannot be changed.
    /// </summary>
    /// <param name="learningRate">The rate with which it happened.</param>
    /// <param name="isStart">Whether it happened in the start on stored features, which has a rate of its own.</param>
    public static string Advice(double learningRate, bool isStart) =>
        $"training diverged at a learning rate of {learningRate.ToString("0.0###e+00", CultureInfo.InvariantCulture)}. "
        + $"The last checkpoint stands. Start afresh in another output folder with a lower "
        + $"{(isStart ? "DISTILL.START.LR" : "‹lr› (OPTIM.LR)")} or ‹kd-weight›, or with ‹precision› fp32.";
}
