using System.Globalization;

namespace PromptKD.Golden;

/// <summary>Runs the check of each golden case below a folder and reports, one line a case.</summary>
/// <param name="output">Where the report goes.</param>
internal sealed class GoldenProgram(TextWriter output)
{
    /// <summary>Every covered case holds.</summary>
    public const int Agreed = 0;

    /// <summary>A covered case does not hold.</summary>
    public const int Differed = 1;

    /// <summary>There is no case.</summary>
    public const int NoCases = 2;

    private const int MostMissesShown = 10;

    private enum Outcome
    {
        Passed,
        Failed,
        NotCovered,
    }

    /// <summary>Reports on all cases below a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="errors">Is told, in one line, why nothing could be done.</param>
    /// <returns><see cref="Agreed"/>, <see cref="Differed"/> or <see cref="NoCases"/>.</returns>
    public int Run(string root, TextWriter errors)
    {
        if (!Directory.Exists(root))
        {
            errors.WriteLine($"golden: there is no folder '{root}'. Give one that holds golden cases.");
            return NoCases;
        }

        IReadOnlyList<string> folders = GoldenCase.FindFolders(root);
        if (folders.Count == 0)
        {
            errors.WriteLine($"golden: no case.json below '{root}'. Give a folder that holds golden cases.");
            return NoCases;
        }

        output.WriteLine("result       case                                      largest error / tolerance");
        ILookup<Outcome, string> outcomes = folders.ToLookup(folder => Report(root, folder));
        int failed = outcomes[Outcome.Failed].Count();
        output.WriteLine(
            $"{outcomes[Outcome.Passed].Count()} passed, {failed} failed "
            + $"({outcomes[Outcome.NotCovered].Count()} cases not covered)");
        return failed == 0 ? Agreed : Differed;
    }

    private Outcome Report(string root, string folder)
    {
        string name = GoldenCase.NameOf(root, folder);
        try
        {
            var golden = GoldenCase.Open(root, folder);
            if (GoldenChecks.For(golden) is { } check)
            {
                return Report(golden, check);
            }

            WriteLine("not covered", name, "");
            return Outcome.NotCovered;
        }
        catch (Exception error)
        {
            // Whatever one case lacks or breaks, the others are still to be checked.
            WriteLine("FAILED", name, $"{error.GetType().Name}: {error.Message}");
            return Outcome.Failed;
        }
    }

    private Outcome Report(GoldenCase golden, IGoldenCheck check)
    {
        using DisposeScope scope = NewDisposeScope();
        Comparison[] comparisons = [.. check.Run(golden)];
        Comparison worst = comparisons.MaxBy(comparison => comparison.Fraction)
            ?? throw new PromptKDException("The case expects nothing that the check knows.");
        Comparison[] misses = [.. comparisons.Where(comparison => !comparison.Holds)];
        string fraction = comparisons.All(comparison => comparison.Tolerance == 0) && misses.Length == 0
            ? "exact"
            : worst.Fraction.ToString("0.0000", CultureInfo.InvariantCulture);
        string where = worst.Fraction > 0 ? $", worst {worst.What}" : "";
        string left = check.NotCovered.Count == 0 ? "" : $"; not covered: {string.Join(", ", check.NotCovered)}";
        WriteLine(
            misses.Length == 0 ? "ok" : "FAILED",
            golden.Name,
            $"{fraction,8}  of {comparisons.Length} values{where}{left}");
        foreach (Comparison miss in misses.Take(MostMissesShown))
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{"",-12}   {miss.What}: error {miss.Error:g4}, tolerance {miss.Tolerance:g4}"));
        }

        if (misses.Length > MostMissesShown)
        {
            output.WriteLine($"{"",-12}   and {misses.Length - MostMissesShown} more");
        }

        return misses.Length == 0 ? Outcome.Passed : Outcome.Failed;
    }

    private void WriteLine(string result, string name, string detail) =>
        output.WriteLine($"{result,-12} {name,-40} {detail}".TrimEnd());
}
