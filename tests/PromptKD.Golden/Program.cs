using System.Globalization;
using PromptKD;
using PromptKD.Golden;

// Prints, for each golden case below a folder, the largest error as a fraction of its tolerance.
string root = args.Length > 0 ? args[0] : ProjectFolder.Golden;
if (!Directory.Exists(root))
{
    Console.Error.WriteLine($"golden: no folder at '{root}'.");
    return 2;
}

IReadOnlyList<GoldenCase> cases = GoldenCase.FindAll(root);
if (cases.Count == 0)
{
    Console.Error.WriteLine($"golden: no case.json below '{root}'.");
    return 2;
}

int passed = 0, failed = 0, uncovered = 0;
foreach (GoldenCase golden in cases)
{
    if (GoldenChecks.For(golden) is { } check)
    {
        _ = Report(golden, check) ? passed++ : failed++;
    }
    else
    {
        uncovered++;
        Console.WriteLine($"{"not covered",-12} {golden.Name}");
    }
}

Console.WriteLine($"{passed} passed, {failed} failed ({uncovered} cases not covered)");
return failed == 0 ? 0 : 1;

static bool Report(GoldenCase golden, IGoldenCheck check)
{
    try
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Comparison[] comparisons = [.. check.Run(golden)];
        Comparison worst = comparisons.MaxBy(comparison => comparison.Fraction)
            ?? throw new PromptKDException("the check compared nothing");
        bool holds = worst.Fraction <= 1;
        string fraction = worst.Fraction.ToString("0.0000", CultureInfo.InvariantCulture);
        Console.WriteLine(
            $"{(holds ? "ok" : "FAILED"),-12} {golden.Name,-44} {fraction,10} of tolerance, "
            + $"{comparisons.Length} values, worst {worst.What}");
        foreach (Comparison miss in comparisons.Where(c => c.Fraction > 1).Take(10))
        {
            Console.WriteLine($"{"",-12}   {miss.What}: error {miss.Error:g4}, tolerance {miss.Tolerance:g4}");
        }

        return holds;
    }
    catch (Exception error)
    {
        Console.WriteLine($"{"FAILED",-12} {golden.Name,-44} {error.GetType().Name}: {error.Message}");
        return false;
    }
}
