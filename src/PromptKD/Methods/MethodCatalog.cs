using PromptKD.Configuration;
using PromptKD.Text;
using PromptKD.Text.Names;

namespace PromptKD.Methods;

/// <summary>The methods, a row each.</summary>
internal static class MethodCatalog
{
    /// <summary>All rows, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<MethodRow> All { get; } =
    [
        new("PromptKD", Supervision.Teacher, trainer => trainer.PromptKD, PromptKDMethod.Build),
        new("CoOp", Supervision.Labels, trainer => trainer.CoOp, CoOpMethod.Build),
        new("CoCoOp", Supervision.Labels, trainer => trainer.CoCoOp, CoCoOpMethod.Build),
        new("MaPLe", Supervision.Labels, trainer => trainer.MaPLe, MaPLeMethod.Build),
        new("IVLP", Supervision.Labels, trainer => trainer.IVLP, IVLPMethod.Build),
        new("PromptSRC", Supervision.Labels, trainer => trainer.PromptSRC, PromptSRCMethod.Build),
        new("ZeroshotCLIP", Supervision.None, _ => null, ZeroShotMethod.BuildOneSentence),
        new("ZeroshotCLIP2", Supervision.None, _ => null, ZeroShotMethod.BuildEnsemble),
    ];

    /// <summary>The row of a method that makes teachers.</summary>
    /// <param name="name">As TRAINER.NAME spells it.</param>
    /// <exception cref="PromptKDException">There is none, or what it learns cannot be distilled.</exception>
    public static MethodRow FindTeaching(string name)
    {
        MethodRow row = Find(name);
        return row.MakesTeachers
            ? row
            : throw new PromptKDException(
                $"TRAINER.NAME is {name}, which learns from no labels. Teachers are made by "
                + $"{string.Join(", ", All.Where(one => one.MakesTeachers).Select(one => one.Name))}.");
    }

    /// <summary>The row of a method.</summary>
    /// <param name="name">As TRAINER.NAME spells it.</param>
    /// <exception cref="PromptKDException">There is none; the message names the nearest.</exception>
    public static MethodRow Find(string name)
    {
        string[] names = [.. All.Select(row => row.Name)];
        string known = string.Join(", ", names);
        return name.Length == 0
            ? throw new PromptKDException($"Nothing is given for ‹trainer›: one of {known}.")
            : All.FirstOrDefault(row => row.Name == name)
                ?? throw new PromptKDException(
                    $"No trainer '{name}'. Did you mean {NearestName.To(name, names)}? There are {known}.");
    }
}

/// <summary>One method.</summary>
/// <param name="Name">As TRAINER.NAME spells it.</param>
/// <param name="LearnsFrom">What it learns from.</param>
/// <param name="Settings">Its section of the configuration; null where it has none.</param>
/// <param name="Build">
/// Makes it, with fresh prompts drawn from SEED. What learns is an <see cref="ITrainedMethod"/>. Takes the teacher
/// over, also when it throws.
/// </param>
internal sealed record MethodRow(
    string Name,
    Supervision LearnsFrom,
    Func<TrainerConfig, IMethodSettings?> Settings,
    Func<MethodInputs, IClassifier> Build)
{
    /// <summary>Whether distilling can read what it learns as a teacher: prompts, learned from labels.</summary>
    public bool MakesTeachers => LearnsFrom == Supervision.Labels;

    /// <summary>Whether its checkpoint beside the CLIP says all about it: prompts of both towers.</summary>
    public bool PromptsBothTowers => Settings(new TrainerConfig()) is TowerPromptConfig and not PromptKDConfig;

    /// <summary>The words in whose place its learned text tokens stand.</summary>
    /// <param name="trainer">Has its section.</param>
    /// <exception cref="InvalidOperationException">It learns none.</exception>
    public ContextText Words(TrainerConfig trainer) => Settings(trainer) switch
    {
        CoOpConfig coop => ContextText.CountedInWords(coop.CtxInit, coop.NCtx),
        CoCoOpConfig conditional => ContextText.CountedInWords(conditional.CtxInit, conditional.NCtx),
        MaPLeConfig maple => ContextText.CountedInTokens(maple.CtxInit, maple.NCtx),
        TowerPromptConfig both => ContextText.CountedInTokens(both.CtxInit, both.NCtxText),
        _ => throw new InvalidOperationException($"{Name} learns no text tokens."),
    };

    /// <summary>TRAINER.*.PREC, and the key itself.</summary>
    public (string Key, string Value) Precision(ExperimentConfig config) =>
        ($"TRAINER.{Name.ToUpperInvariant()}.PREC", Settings(config.Trainer)?.Prec ?? "auto");
}

/// <summary>What a method learns from.</summary>
internal enum Supervision
{
    /// <summary>Nothing: it only classifies.</summary>
    None,

    /// <summary>Labelled pictures.</summary>
    Labels,

    /// <summary>Unlabelled pictures, and what a teacher thinks of them.</summary>
    Teacher,
}
