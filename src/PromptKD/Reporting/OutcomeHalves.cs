namespace PromptKD.Reporting;

/// <summary>
/// Makes one outcome of folders that belong together: the other methods train on the base classes in one folder and are
/// tested on the new ones in another.
/// </summary>
internal static class OutcomeHalves
{
    /// <summary>
    /// The outcomes with halves joined; an evaluation that repeats what another folder says is left out.
    /// </summary>
    /// <remarks>
    /// Where two folders could be the same half, each pair is an outcome: that they say different things is for
    /// <see cref="RunClashes"/> to tell.
    /// </remarks>
    public static List<RunOutcome> Join(IEnumerable<RunOutcome> outcomes)
    {
        List<RunOutcome> runs = WithoutRepeats([.. outcomes]);
        var joined = new List<RunOutcome>();
        var halves = new HashSet<RunOutcome>(ReferenceEqualityComparer.Instance);
        foreach (RunOutcome unseen in runs.Where(run => run is { Base: null, Novel: not null }))
        {
            RunOutcome[] known = [.. KnownOf(unseen, runs)];
            joined.AddRange(known.Select(one => Both(one, unseen)));
            halves.UnionWith(known);
            halves.UnionWith(known.Length > 0 ? [unseen] : []);
        }

        return [.. runs.Where(run => !halves.Contains(run)), .. joined];
    }

    // Trained ones first: they say of how many pictures.
    private static List<RunOutcome> WithoutRepeats(IReadOnlyList<RunOutcome> outcomes)
    {
        var kept = new List<RunOutcome>();
        foreach (RunOutcome run in outcomes.OrderBy(run => run.Shots is null).ThenBy(run => run.IsRounded))
        {
            if (run.Shots is not null || !kept.Any(other => IsOfSameModel(other, run) && other.SaysTheSameAs(run)))
            {
                kept.Add(run);
            }
        }

        return kept;
    }

    // What was tested only does not say of its pictures, but its settings may; with one candidate that is no question.
    private static IEnumerable<RunOutcome> KnownOf(RunOutcome unseen, IEnumerable<RunOutcome> runs)
    {
        RunOutcome[] all =
        [
            .. runs.Where(run => run is { Base: not null, Novel: null }
                && run.Protocol == unseen.Protocol && IsOfSameModel(run, unseen with { Variant = run.Variant })),
        ];
        RunOutcome[] same = [.. all.Where(run => run.Variant == unseen.Variant)];
        RunOutcome[] known = same.Length > 0 ? same : [.. all.Where(run => SaysNoMore(unseen, run))];
        return known.Select(run => run.Shots).Distinct().Count() <= 1
            ? known
            : known.Where(run => run.Shots == (unseen.Shots ?? unseen.SaidShots));
    }

    // The log of a test need not repeat what was set where the model was learned; what it does say must hold there.
    private static bool SaysNoMore(RunOutcome unseen, RunOutcome known) =>
        unseen is { Shots: null, IsRounded: true }
        && !unseen.Variant.Split(' ', StringSplitOptions.RemoveEmptyEntries).Except(known.Variant.Split(' ')).Any();

    private static bool IsOfSameModel(RunOutcome one, RunOutcome other) =>
        (one.Trainer, one.Dataset, one.Seed, one.Backbone, one.Configuration, one.Variant)
        == (other.Trainer, other.Dataset, other.Seed, other.Backbone, other.Configuration, other.Variant);

    private static RunOutcome Both(RunOutcome known, RunOutcome unseen) =>
        known with
        {
            Novel = unseen.Novel,
            IsRounded = known.IsRounded || unseen.IsRounded,
            Folders = [.. known.Folders, .. unseen.Folders],
        };
}
