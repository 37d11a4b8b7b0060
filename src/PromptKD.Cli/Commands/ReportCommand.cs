using System.CommandLine;
using PromptKD.Cli.Terminal;
using PromptKD.Reporting;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd report</c>: one table of runs that are already there.</summary>
internal static class ReportCommand
{
    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var folder = new Argument<string>("DIR")
        {
            Description = "Any folder above output folders: ours, or those of Dassl's programs",
        };
        var output = new Option<string>("--output")
        {
            Description = "Folder for report.md, report.html and results.csv [default: DIR]",
            HelpName = "DIR",
        };
        var command = new Command("report", "Tabulate finished runs beside the paper's numbers.") { folder, output };
        command.SetAction(parsed =>
        {
            string root = parsed.GetValue(folder)!;
            string target = parsed.GetValue(output) ?? root;
            var report = BenchmarkReport.Read(root);
            report.Write(target);
            ReportTables.Print(report);
            Messages.Note($"Wrote report.md, report.html and results.csv to {target}");
            return 0;
        });
        return command;
    }
}
