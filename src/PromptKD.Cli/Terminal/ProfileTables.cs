using System.Globalization;
using PromptKD.Inference.Profiles;

namespace PromptKD.Cli.Terminal;

/// <summary>What models cost, on standard output.</summary>
internal static class ProfileTables
{
    private const double Mebibyte = 1 << 20;

    private static readonly (double Size, string Letter)[] s_units =
        [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")];

    /// <summary>Prints one model: its parts, then its speed.</summary>
    public static void Print(ModelProfile profile, bool json)
    {
        if (json)
        {
            Answers.Json(profile, AnswerJson.Lines.ModelProfile);
            return;
        }

        Answers.Sentence($"{profile.Model}, {Classes(profile.Classes)}");
        TextTable.Print(
            ["part", "parameters", "learned", "multiply-adds", "for each"],
            profile.Parts.Select(part => Row(part.Name, part.Parameters, part.Learned, part.MultiplyAdds, part.Times))
                .Append(Row(
                    "all", profile.Parameters, profile.Learned, profile.MultiplyAdds, ProfiledPart.ForEachPicture)));
        Answers.Sentence(
            $"As published tables count, texts included: {Gigaflops(profile.Published.Gigaflops)} GFLOPs"
            + (profile.Published.PaperGigaflops is { } paper ? $" (Table 7 of the paper: {Gigaflops(paper)})" : "")
            + ".");
        if (profile.Measured is { } measured)
        {
            Print(measured);
        }
    }

    /// <summary>Prints all methods beside the paper's table.</summary>
    public static void PrintMethods(IReadOnlyList<ModelProfile> profiles, bool json)
    {
        if (json)
        {
            foreach (ModelProfile profile in profiles)
            {
                Answers.Json(profile, AnswerJson.Lines.ModelProfile);
            }

            return;
        }

        IReadOnlyList<MeasuredSpeed> measured = profiles[0].Measured?.Speeds ?? [];
        TextTable.Print(
            [
                "method", "learned", "GFLOPs with texts", "paper", "multiply-adds a picture",
                .. measured.Select(speed => $"pictures/s at {speed.Batch}"), "paper, A100",
            ],
            profiles.Select(profile => (string[])
            [
                profile.Method!, Scaled(profile.Learned), Gigaflops(profile.Published.Gigaflops),
                profile.Published.PaperGigaflops is { } paper ? Gigaflops(paper) : "–", Scaled(profile.MultiplyAdds),
                .. (profile.Measured?.Speeds ?? []).Select(speed => Rate(speed.PicturesPerSecond)),
                profile.Published.PaperPicturesPerSecond is { } rate ? Rate(rate) : "–",
            ]));
        Answers.Sentence(
            $"{Classes(profiles[0].Classes)}. GFLOPs are those of a picture and, but for PromptKD, of the texts of "
            + "all classes, counted as the table's rows are; multiply-adds a picture those of all products, with "
            + "texts that are kept (CoCoOp has none to keep).");
    }

    private static void Print(MeasuredCost measured)
    {
        string threads = measured.Threads is { } count ? $", {count} thread{(count == 1 ? "" : "s")}" : "";
        Answers.Sentence(
            $"On {measured.Device}, {measured.Precision}{threads}; pictures in memory, texts encoded before:");
        TextTable.Print(
            ["at a time", "pictures/s", "median", "fastest", "slowest", "runs", "peak memory"],
            measured.Speeds.Select(speed => (string[])
            [
                Text($"{speed.Batch}"), Rate(speed.PicturesPerSecond), Text($"{speed.Median:0.0} ms"),
                Text($"{speed.Fastest:0.0} ms"), Text($"{speed.Slowest:0.0} ms"), Text($"{speed.Runs}"),
                speed.PeakMemory is { } bytes ? Text($"{bytes / Mebibyte:0} MiB") : "–",
            ]));
    }

    private static string[] Row(string name, long parameters, long learned, long multiplyAdds, string times) =>
        [name, Scaled(parameters), Scaled(learned), Scaled(multiplyAdds), times];

    private static string Classes(int count) => Text($"{count} class{(count == 1 ? "" : "es")}");

    /// <summary>A count as people read it: 149.62 M.</summary>
    internal static string Scaled(long count)
    {
        (double size, string letter) = s_units.FirstOrDefault(unit => count >= unit.Size, (1, ""));
        return size == 1 ? Text($"{count}") : Text($"{count / size:0.00}{letter}");
    }

    private static string Gigaflops(double value) => value < 10 ? Text($"{value:0.0000}") : Text($"{value:0.0}");

    private static string Rate(double value) => value < 100 ? Text($"{value:0.00}") : Text($"{value:0}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
