using PromptKD.Golden.Checks;
using PromptKD.Golden.Checks.Towers;

namespace PromptKD.Golden;

/// <summary>The table of checks: one row a kind of case.</summary>
internal static class GoldenChecks
{
    private static readonly IGoldenCheck[] s_all =
    [
        new ForwardCheck("clip-forward-vit"),
        new ForwardCheck("clip-forward-rn"),
        new ForwardCheck("ivlp-forward"),
        new DistillationStepCheck(),
        new EvaluationCheck(),
        new TokenizerCheck(),
        new PreprocessCheck(),
        new TowerPreprocessCheck(),
        new TowersCheck(),
        new ConfigCheck(),
        new SchedulesCheck(),
        new CheckpointsCheck(),
        new FormatsCheck(),
        new EndToEndCheck(),
        new MetricsCheck(),
        new DatasetSplitsCheck(),
        new SelfRegulationCheck(),
        new LabelledMethodCheck(),
        new ZeroShotCheck(),
    ];

    /// <summary>The check of a case, or null where the project does not cover its kind yet.</summary>
    public static IGoldenCheck? For(GoldenCase golden) => s_all.SingleOrDefault(check => check.Covers(golden.Kind));
}
