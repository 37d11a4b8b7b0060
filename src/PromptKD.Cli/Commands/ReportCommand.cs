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
        command.SetAction((parsed, cancellation) =>
        {
            string root = parsed.GetValue(folder)!;
            var report = BenchmarkReport.Read(root, cancellation);
            string? fault = null;
            if (parsed.GetValue(output) is { } target)
            {
                report.Write(target);
            }
            else
            {
                fault = report.WriteIfAllowed(root);
            }

            // Behind the files: whoever reads the first lines only has them all the same.
            ReportTables.Print(report);
            if (fault is null)
            {
                Messages.Note($"Wrote report.md, report.html and results.csv to {report.WrittenTo}");
            }
            else
            {
                Messages.Warning($"{fault} Give --output to have report.md, report.html and results.csv elsewhere.");
            }

            return Task.FromResult(0);
        });
        return command;
    }
}
