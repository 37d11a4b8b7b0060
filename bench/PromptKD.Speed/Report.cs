using System.Globalization;
using PromptKD.Runtime;

namespace PromptKD.Speed;

/// <summary>The table of all parts, and the lines that a program may read.</summary>
internal static class Report
{
    /// <summary>Prints both.</summary>
    /// <param name="work">All parts have been measured.</param>
    public static void Print(WorkFolder work)
    {
        IReadOnlyDictionary<string, double> measured = work.Measurements();
        PrintTable(measured);
        string precision = ComputeTarget.Resolve("cpu", "auto").PrecisionName;
        Write($"features alone: {1 / measured["store"]:0.00} views/s, decoded, computed and written");
        Write($"matrix product alone: {measured["product"]:0} GFLOP/s in {precision}, as live, cold and warm compute");
        Console.WriteLine(
            "cold store: features of each view once, then the step that reads them; its peak is the larger of the two");
        Console.WriteLine();
        foreach (int classes in (int[])[100, 1000])
        {
            Write($"live_ratio_{classes} {Ratio(measured, "live", classes):0.00}");
            Write($"warm_ratio_{classes} {Ratio(measured, "warm", classes):0.00}");
        }

        Write($"student_fraction_of_peak {measured["fraction of peak"]:0.00}");
        Write($"warm_peak_gib {measured["warm peak"]:0.00}");
        Write($"store_peak_gib {measured["store peak"]:0.00}");
    }

    private static void PrintTable(IReadOnlyDictionary<string, double> measured)
    {
        Console.WriteLine();
        Write($"{"",-10} {"classes",8} {"images/s",9} {"ms an image",12} {"x reference",12} {"peak GiB",9}");
        foreach (int classes in TrueSize.ClassCounts)
        {
            double reference = measured[$"reference {classes}"], warm = measured[$"warm {classes}"];
            double storePeak = Math.Max(measured["store peak"], measured["warm peak"]);
            PrintRow("reference", classes, reference, reference, measured["reference peak"]);
            PrintRow("live", classes, measured[$"live {classes}"], reference, measured["live peak"]);
            PrintRow("cold store", classes, measured["store"] + warm, reference, storePeak);
            PrintRow("warm store", classes, warm, reference, measured["warm peak"]);
        }

        Console.WriteLine();
    }

    private static void PrintRow(string part, int classes, double seconds, double reference, double peak)
    {
        double ratio = reference / seconds;
        Write($"{part,-10} {classes,8} {1 / seconds,9:0.00} {1000 * seconds,12:0} {ratio,12:0.00} {peak,9:0.00}");
    }

    private static double Ratio(IReadOnlyDictionary<string, double> measured, string part, int classes) =>
        measured[$"reference {classes}"] / measured[$"{part} {classes}"];

    private static void Write(FormattableString line) =>
        Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
