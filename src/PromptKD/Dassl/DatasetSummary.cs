using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Data.Datasets;

namespace PromptKD.Dassl;

/// <summary>
/// The table of classes and pictures that Dassl's programs print before they train (Dassl
/// <c>data/data_manager.py</c>): two columns between lines, as the package tabulate sets them.
/// </summary>
internal static class DatasetSummary
{
    /// <param name="dataset">DATASET.NAME.</param>
    /// <param name="lists">What the protocol uses.</param>
    /// <param name="validation">How many pictures an evaluation of "val" measures; null where there are none.</param>
    public static IReadOnlyList<string> Lines(DatasetConfig dataset, ProtocolLists lists, int? validation)
    {
        (string Name, string Value)[] rows =
        [
            ("Dataset", dataset.Name),
            ("# classes", Count(lists.ClassNames.Count)),
            ("# train_x", Count(lists.Train.Count)),
            .. validation is { } count ? [("# val", Count(count))] : Array.Empty<(string, string)>(),
            ("# test", Count(lists.Test.Count)),
        ];
        int left = rows.Max(row => row.Name.Length);
        string line = $"{new string('-', left)}  {new string('-', rows.Max(row => row.Value.Length))}";
        return [line, .. rows.Select(row => $"{row.Name.PadRight(left)}  {row.Value}"), line];
    }

    private static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
