using System.Globalization;
using PromptKD.Runtime;

namespace PromptKD.Reporting;

/// <summary>Every seed of a report as one line of comma-separated values, in full precision.</summary>
internal static class CsvResults
{
    private const string Header =
        "protocol,trainer,dataset,seed,base,novel,harmonic_mean,accuracy,selection,folders,"
        + "backbone,shots,configuration,variant";

    public static string Write(IEnumerable<ScoreTable> tables)
    {
        IEnumerable<string> lines =
            from table in tables
            from row in table.Rows
            from seed in row.Seeds
            select string.Join(
                ',',
                NameOf(table.Protocol),
                Printable.Csv(table.Trainer),
                Printable.Csv(row.Dataset),
                seed.Seed < 0 ? "" : seed.Seed.ToString(CultureInfo.InvariantCulture),
                Number(seed.Base),
                Number(seed.Novel),
                Number(seed.HarmonicMean),
                Number(seed.Accuracy),
                Printable.Csv(seed.Selection),
                Printable.Csv(string.Join(' ', seed.Folders)),
                Printable.Csv(seed.Backbone),
                seed.Shots?.ToString(CultureInfo.InvariantCulture) ?? "",
                Printable.Csv(seed.Configuration),
                Printable.Csv(seed.Variant));
        return string.Concat(lines.Prepend(Header).Select(line => line + "\n"));
    }

    private static string NameOf(Protocol protocol) => protocol switch
    {
        Protocol.BaseToNovel => "base2new",
        Protocol.CrossDataset => "cross",
        Protocol.FewShot => "few-shot",
        _ => "dg",
    };

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
