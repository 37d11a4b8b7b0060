using PromptKD.Runtime;

namespace PromptKD.Reporting;

/// <summary>What runs have in common that belong into one table.</summary>
internal sealed record RunKey(
    Protocol Protocol, string Trainer, string Backbone, int? Shots, string Configuration, string Variant)
{
    public static RunKey Of(RunOutcome run) =>
        new(run.Protocol, run.Trainer, run.Backbone, run.Shots, run.Configuration, run.Variant);

    /// <summary>The method, and what tells this table from others of the same protocol and method.</summary>
    /// <param name="all">The keys of all tables.</param>
    public string NameAmong(IEnumerable<RunKey> all)
    {
        RunKey[] others =
            [.. all.Where(key => key.Protocol == Protocol && key.Trainer == Trainer && key != this)];
        RunKey[] sameBackbone = [.. others.Where(key => key.Backbone == Backbone)];
        RunKey[] sameShots = [.. sameBackbone.Where(key => key.Shots == Shots)];
        bool onlyTested = Shots is null
            && sameBackbone.Any(key => key.Shots is not null && key with { Shots = null } == this);
        bool saysShots = Shots > 0 && (sameBackbone.Length > sameShots.Length || Protocol == Protocol.FewShot);
        bool saysFile = sameShots.Any(key => key.Configuration != Configuration);
        string?[] parts =
        [
            Trainer,
            Backbone == PaperNumbers.UsualBackbone ? null : Backbone,
            saysShots ? Counted.Of(Shots!.Value, "shot") : null,
            onlyTested ? "only tested" : null,
            Variant,
            saysFile ? Configuration : null,
        ];
        return string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));
    }
}
