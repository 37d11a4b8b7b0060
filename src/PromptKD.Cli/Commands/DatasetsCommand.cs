using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Data.Datasets;

namespace PromptKD.Cli.Commands;

/// <summary><c>promptkd datasets</c>: which data sets there are, what each needs, and whether it is there.</summary>
internal static class DatasetsCommand
{
    private static readonly string[] s_columns = ["", "classes", "training", "test", "of base classes", "of novel"];

    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new("datasets", "The data sets of the paper: list, show, check.")
    {
        CreateList(), CreateShow(), CreateCheck(),
    };

    private static Command CreateList()
    {
        Option<string> root = Root("Say which of them are there.");
        var command = new Command("list", "Name all data sets, with the paper's counts.") { root };
        command.SetAction(parsed => List(parsed.GetValue(root)));
        return command;
    }

    private static Command CreateShow()
    {
        Argument<string> name = Name();
        var command = new Command("show", "Say where a data set comes from and how it has to lie.") { name };
        command.SetAction(parsed => Show(DatasetCatalog.Find(parsed.GetValue(name)!)));
        return command;
    }

    private static Command CreateCheck()
    {
        Argument<string> name = Name();
        Option<string> root = Root("Folder that holds the data sets: DATASET.ROOT.");
        root.Required = true;
        var command = new Command("check", "Compare a data set on disk with what it should be.") { name, root };
        command.SetAction((parsed, cancellation) => Task.FromResult(
            Check(DatasetCatalog.Find(parsed.GetValue(name)!), parsed.GetValue(root)!, cancellation)));
        return command;
    }

    private static Argument<string> Name() =>
        new("NAME") { Description = "DATASET.NAME, or the name of a file in configs/datasets." };

    private static Option<string> Root(string description) =>
        new("--root") { Description = description, HelpName = "DIR" };

    private static void List(string? root)
    {
        string[] columns = root is null ? s_columns : [.. s_columns, "there"];
        TextTable.Print(columns, DatasetCatalog.All.Select(entry => root is null
            ? Published(entry)
            : [.. Published(entry), Directory.Exists(Path.Combine(root, entry.Folder)) ? "yes" : "no"]));
    }

    private static string[] Published(DatasetEntry entry) =>
    [
        entry.Name, Number(entry.Classes), Number(entry.Counts?.Train),
        Number(entry.TestPictures ?? (entry.Counts?.TestBase + entry.Counts?.TestNovel)),
        Number(entry.Counts?.TestBase), Number(entry.Counts?.TestNovel),
    ];

    private static void Show(DatasetEntry entry)
    {
        Line("name", entry.Name);
        Line("home", entry.Home.AbsoluteUri);
        Line("folder", $"{entry.Folder}/");
        Line("pictures", entry.Images.Length == 0 ? $"{entry.Folder}/" : $"{entry.Folder}/{entry.Images}/");
        if (entry.SplitFile is { } file)
        {
            Line("split file", $"{entry.Folder}/{file}");
            if (entry.HasPapersSplit)
            {
                Line("", $"from {DatasetCatalog.SplitFiles.AbsoluteUri}");
            }
        }

        Line(entry.SplitFile is null ? "lists" : "built from", entry.Sources.Count == 0
            ? "the folders of the pictures"
            : string.Join(", ", entry.Sources.Select(source => $"{entry.Folder}/{source}")));
        Line("class names", entry.ClassNames);
        Line("classes", Number(entry.Classes));
        if (entry.Counts is { } counts)
        {
            Line(
                "pictures used",
                $"{counts.Train} training, {counts.TestBase} test (base), {counts.TestNovel} test (novel)");
        }
        else if (entry.TestPictures is { } pictures)
        {
            Line("pictures used", $"{Number(pictures)} test");
        }

        Line("template", entry.Template);
        Line("settings", $"configs/datasets/{entry.Config}.yaml");
    }

    private static int Check(DatasetEntry entry, string root, CancellationToken cancellation)
    {
        var report = DatasetReport.Of(entry, root, cancellation);
        if (report.Classes > 0)
        {
            TextTable.Print(s_columns, [Found(report), ["published", .. Published(entry)[1..]]]);
        }

        if (report.LeftOut is { } leftOut)
        {
            Messages.Warning(leftOut);
        }

        foreach (string fault in report.Faults)
        {
            Answers.Sentence($"fault: {fault}");
        }

        if (report.Faults.Count > 0)
        {
            throw new PromptKDException(
                $"{entry.Name} below '{root}' has {report.Faults.Count} "
                + $"fault{(report.Faults.Count == 1 ? "" : "s")}: {report.Faults[0].TrimEnd('.')}.");
        }

        Answers.Line($"{entry.Name}: complete");
        return 0;
    }

    private static string[] Found(DatasetReport report) =>
    [
        "found", Number(report.Classes), Number(report.Train), Number(report.TestBase + report.TestNovel),
        Number(report.TestBase), Number(report.TestNovel),
    ];

    private static void Line(string name, string value) => Answers.Line($"{name,-13} {value}");

    private static string Number(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "–";
}
