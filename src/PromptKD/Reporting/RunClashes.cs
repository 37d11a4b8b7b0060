using System.Globalization;

namespace PromptKD.Reporting;

/// <summary>Runs of the same seed of the same thing: nobody knows which is meant.</summary>
internal static class RunClashes
{
    /// <summary>The runs that stand for themselves, and a line for each pair of others.</summary>
    /// <param name="outcomes">All runs, the halves of base-to-novel joined.</param>
    /// <returns>
    /// Of several runs that say the same, the first that is exact, else the first; of those that say different things,
    /// none.
    /// </returns>
    public static (IReadOnlyList<RunOutcome> Runs, IReadOnlyList<string> Problems) Resolve(
        IEnumerable<RunOutcome> outcomes)
    {
        var problems = new List<string>();
        var runs = new List<RunOutcome>();
        foreach (var group in outcomes.GroupBy(outcome => (RunKey.Of(outcome), outcome.Dataset, outcome.Seed)))
        {
            RunOutcome[] same = [.. group.OrderBy(outcome => outcome.IsRounded)];
            if (same.FirstOrDefault(other => !other.SaysTheSameAs(same[0])) is not { } other)
            {
                runs.Add(same[0]);
                continue;
            }

            problems.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Two runs of {same[0].Trainer} on {same[0].Dataset} have the seed {same[0].Seed} and say different "
                + $"things: {Where(same[0])} and {Where(other)}. Neither is in the tables: report on a folder that "
                + $"holds one of them."));
        }

        return (runs, problems);
    }

    private static string Where(RunOutcome run) => string.Join(" with ", run.Folders);
}
