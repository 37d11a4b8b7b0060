using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Models.Weights.Pickle;
using PromptKD.Runtime;

namespace PromptKD.Dassl;

/// <summary>
/// The few pictures of each class as CoOp and its family keep them: <c>split_fewshot/shot_K-seed_S.pkl</c> in the data
/// set's folder, a pickled dictionary of the lists "train" and, where there is one, "val", of Dassl's <c>Datum</c>
/// (CoOp <c>datasets/oxford_pets.py</c>, Dassl <c>data/datasets/base_dataset.py</c>). Either program finds what the
/// other has drawn.
/// </summary>
/// <param name="say">Receives what the reference prints.</param>
internal sealed class ShotsFile(Action<string> say) : IKeptShots
{
    private const string Folder = "split_fewshot";
    private const string Advice = "Delete it, and the pictures are drawn anew.";
    private const long LargestFile = 64 << 20;

    // A Datum takes about 120 bytes of the file, and ten times that here.
    private const int CostOfByte = 32;

    private static readonly PickleGlobal s_datum = new("dassl.data.datasets.base_dataset", "Datum");

    /// <summary>Where the draw of a seed is kept.</summary>
    /// <param name="dataset">The data set's folder.</param>
    /// <param name="shots">Training pictures of each class.</param>
    /// <param name="seed">Of the draw.</param>
    public static string PathOf(string dataset, int shots, int seed) =>
        Path.Combine(dataset, Folder, FormattableString.Invariant($"shot_{shots}-seed_{seed}.pkl"));

    /// <inheritdoc/>
    public DatasetSplit? Find(DatasetFolder folder, DatasetSplit whole, int shots, int seed)
    {
        string path = PathOf(folder.Path, shots, seed);
        if (!File.Exists(path))
        {
            return null;
        }

        say($"Loading preprocessed few-shot data from {path}");
        using var stream = new MemoryStream(BoundedBytes.ReadFile(path, LargestFile));
        var lists = PickleReader.Read(
            path,
            stream,
            _ => throw new InvalidDataException("it refers to values outside of the file."),
            new PickleKind("few-shot draw", Advice, CostOfByte * stream.Length)) as PickleDictionary;
        return whole with
        {
            Train = List(path, lists, "train", folder.Images, whole.Train)
                ?? throw Fault(path, "has no list \"train\""),
            Validation = whole.Validation is { } all ? List(path, lists, "val", folder.Images, all) : null,
        };
    }

    /// <inheritdoc/>
    public void Keep(DatasetFolder folder, DatasetSplit drawn, int shots, int seed)
    {
        string path = PathOf(folder.Path, shots, seed);
        say($"Saving preprocessed few-shot data to {path}");
        var lists = new PickleDictionary { ["train"] = Datums(drawn.Train) };
        if (drawn.Validation is { } validation)
        {
            lists["val"] = Datums(validation);
        }

        WholeFile.Write(path, stream => PickleWriter.Write(
            stream, lists, _ => throw new InvalidOperationException("A list of pictures has no tensor.")));
    }

    private static List<object?> Datums(IReadOnlyList<PictureItem> pictures) =>
    [
        .. pictures.Select(picture => new PickleObject(s_datum, [])
        {
            State = new PickleDictionary
            {
                ["_impath"] = picture.Path,
                ["_label"] = picture.Label!.Value,
                ["_domain"] = 0,
                ["_classname"] = picture.ClassName,
            },
        }),
    ];

    private static List<PictureItem>? List(
        string file, PickleDictionary? lists, string name, string images, IReadOnlyList<PictureItem> all)
    {
        if (lists?.Find<List<object?>>(name) is not { } rows)
        {
            return null;
        }

        Dictionary<string, PictureItem> known = [];
        foreach (PictureItem picture in all)
        {
            known.TryAdd(Path.GetRelativePath(images, picture.Path).Replace('\\', '/'), picture);
        }

        return [.. rows.Select((row, index) => Picture($"picture {index + 1} of \"{name}\"", row))];

        PictureItem Picture(string place, object? row)
        {
            if (row is not PickleObject { State: PickleDictionary datum }
                || datum.Find<string>("_impath") is not { } path)
            {
                throw Fault(file, $"{place} is none of Dassl's");
            }

            place += $", '{Printable.Line(path)}',";
            PictureItem picture = Tails(path.Replace('\\', '/')).Select(known.GetValueOrDefault)
                .FirstOrDefault(one => one is not null)
                ?? throw Fault(file, $"{place} is none that the data set has for it now");
            return datum.TryGetValue("_label", out object? label) && label is long number && number == picture.Label
                ? picture
                : throw Fault(file, $"{place} has another label than the data set gives it now");
        }
    }

    // The paths of the file are those of the folder in which it was written, which may have moved since.
    private static IEnumerable<string> Tails(string path)
    {
        for (int start = 0; start >= 0 && start < path.Length;)
        {
            yield return path[start..];
            int slash = path.IndexOf('/', start);
            start = slash < 0 ? -1 : slash + 1;
        }
    }

    private static PromptKDException Fault(string file, string what) => new($"{file}: {what}. {Advice}");
}
