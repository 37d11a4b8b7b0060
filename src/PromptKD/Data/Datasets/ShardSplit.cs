using System.Text.RegularExpressions;
using PromptKD.Data.Pictures;
using PromptKD.Data.Shards;

namespace PromptKD.Data.Datasets;

/// <summary>
/// Reads a data set that lies in shards in place of its own files, as Hugging Face publishes many: parquet or tar files
/// in its folder or in <c>data</c> below it, whose names begin with the part that they belong to: <c>train</c>,
/// <c>validation</c> (or <c>val</c>, <c>valid</c>) or <c>test</c>. Labels are places in the shards' list of class
/// names.
/// </summary>
/// <remarks>The parts are the publisher's: those of CoOp's split files are other ones.</remarks>
internal static partial class ShardSplit
{
    private const string Train = "train";
    private const string Validation = "val";
    private const string Test = "test";

    /// <summary>Whether a data set lies in shards.</summary>
    public static bool Exists(DatasetFolder folder) => Find(folder).Length > 0;

    /// <summary>Reads the parts.</summary>
    /// <exception cref="PromptKDException">
    /// A part is missing, a shard is damaged, or a picture has no label or one that no training picture's shard names.
    /// </exception>
    public static DatasetSplit Read(DatasetFolder folder)
    {
        ILookup<string, string> parts = Find(folder).ToLookup(shard => shard.Part, shard => shard.Path);
        var leftOut = new LeftOutCounter();
        if (folder.Entry.IsTestOnly)
        {
            IReadOnlyList<PictureItem> all = ReadPart(folder, parts, Test, null, leftOut, out _);
            return new DatasetSplit(all, null, all) { LeftOut = leftOut.At($"'{folder.Path}'") };
        }

        IReadOnlyList<PictureItem> train =
            ReadPart(folder, parts, Train, null, leftOut, out IReadOnlyList<string>? names);
        IReadOnlyList<PictureItem> test = ReadPart(folder, parts, Test, names, leftOut, out _);
        IReadOnlyList<PictureItem>? validation =
            parts.Contains(Validation) ? ReadPart(folder, parts, Validation, names, leftOut, out _) : null;
        return new DatasetSplit(train, validation, test) { LeftOut = leftOut.At($"'{folder.Path}'") };
    }

    private static (string Part, string Path)[] Find(DatasetFolder folder) =>
    [
        .. new[] { folder.Path, folder.PathOf("data") }
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFiles)
            .Where(ShardFiles.IsShard)
            .Order(StringComparer.Ordinal)
            .Select(path => (Match: PartOfName().Match(Path.GetFileName(path)), Path: path))
            .Where(shard => shard.Match.Success)
            .Select(shard => (NameOf(shard.Match.Groups[1].Value), shard.Path)),
    ];

    private static string NameOf(string part) => part is Train or Test ? part : Validation;

    private static IReadOnlyList<PictureItem> ReadPart(
        DatasetFolder folder,
        ILookup<string, string> parts,
        string part,
        IReadOnlyList<string>? classNames,
        LeftOutCounter leftOut,
        out IReadOnlyList<string> names)
    {
        string[] paths = [.. parts[part]];
        if (paths.Length == 0)
        {
            throw new PromptKDException(
                $"{folder.Entry.Name}: '{folder.Path}' holds shards, but none of the part '{part}'. Name them "
                + $"{part}-0.parquet, {part}-0.tar and so on.");
        }

        var pictures = new ShardedPictures(paths, stop: folder.Stop);
        leftOut.Add(pictures.LeftOut);
        return pictures.Labelled(classNames, out names);
    }

    [GeneratedRegex("^(train|validation|valid|val|test)[^a-zA-Z]")]
    private static partial Regex PartOfName();
}
