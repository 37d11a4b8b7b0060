using System.Security.Cryptography;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Evaluation.Probing;

/// <summary>The pictures of a probe: those to be encoded, and which of them are drawn.</summary>
internal abstract class ProbePictures
{
    /// <summary>What has to be encoded: all that can be drawn, and the tests.</summary>
    public required DatasetSplit Encoded { get; init; }

    /// <summary>Number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>How pictures are decoded and prepared.</summary>
    public required InputConfig Input { get; init; }

    /// <summary>Training and validation pictures of one draw.</summary>
    /// <param name="read">Those of <see cref="Encoded"/> that could be read.</param>
    /// <param name="shots">Training pictures of each class.</param>
    /// <param name="seed">Says which.</param>
    public abstract DatasetSplit Draw(DatasetSplit read, int shots, int seed);

    /// <summary>The training pictures that are drawn from, to warn of classes that have few.</summary>
    /// <param name="read">As for <see cref="Draw"/>.</param>
    public abstract IReadOnlyList<PictureItem> DrawnFrom(DatasetSplit read);

    /// <summary>Lists the pictures that a request names.</summary>
    /// <exception cref="PromptKDException">It names none, or too many, or they cannot be listed.</exception>
    public static ProbePictures Of(LinearProbeRequest request, IRunObserver observer, CancellationToken stop)
    {
        string[] folders = [request.Train, request.Validation, request.Test];
        if (request.Dataset.Length == 0)
        {
            return request.Root.Length == 0 && folders.All(folder => folder.Length > 0)
                ? OfFolders(request, observer, stop)
                : throw new PromptKDException(
                    "Nothing says which pictures to probe with. Give ‹dataset› and ‹root›, or the class folders "
                    + "‹train›, ‹val› "
                    + "and ‹test›.");
        }

        if (folders.Any(folder => folder.Length > 0))
        {
            throw new PromptKDException(
                $"‹dataset› {request.Dataset} has its own parts. Leave out ‹train›, ‹val› and ‹test›, or ‹dataset›.");
        }

        Checks.Require(request.Root, "‹root›", "the folder that holds the data sets");
        return OfDataset(request, observer, stop);
    }

    private static FolderPictures OfFolders(LinearProbeRequest request, IRunObserver observer, CancellationToken stop)
    {
        var train = PictureFolder.Labelled(request.Train, stop: stop);
        var validation = PictureFolder.Labelled(request.Validation, train.ClassNames, stop: stop);
        var test = PictureFolder.Labelled(request.Test, train.ClassNames, stop: stop);
        foreach (PictureFolder folder in new[] { train, validation, test })
        {
            folder.LeftOut.Report(observer);
        }

        WarnOfLearned("validation", train.Items, validation.Items, observer, stop);
        WarnOfLearned("test", train.Items, test.Items, observer, stop);
        return new FolderPictures
        {
            Encoded = new DatasetSplit(train.Items, validation.Items, test.Items),
            Classes = train.ClassNames.Count,
            Input = DistillPreset.Config.Input,
        };
    }

    // A probe knows by heart what it was fitted to, so its accuracy there says nothing of other pictures.
    private static void WarnOfLearned(
        string part,
        IReadOnlyList<PictureItem> train,
        IReadOnlyList<PictureItem> measured,
        IRunObserver observer,
        CancellationToken stop)
    {
        HashSet<string> learned = [.. Contents(train, stop)];
        int known = Contents(measured, stop).Count(learned.Contains);
        if (known > 0)
        {
            observer.OnWarning(
                $"among the training pictures are, byte for byte, {known} of "
                + $"{Counted.Of(measured.Count, $"{part} picture")}: what is learned by heart counts as "
                + "recognised. Keep the folders apart");
        }
    }

    // What cannot be read is named where it is encoded.
    private static IEnumerable<string> Contents(IReadOnlyList<PictureItem> items, CancellationToken stop) =>
        items.Select(item =>
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                return item.Bytes.Use(bytes => Convert.ToHexStringLower(SHA256.HashData(bytes)));
            }
            catch (Exception error) when (SkippedPicture.ReasonOf(error) is not null)
            {
                return null;
            }
        }).OfType<string>();

    private static DatasetPictures OfDataset(LinearProbeRequest request, IRunObserver observer, CancellationToken stop)
    {
        DatasetEntry entry = DatasetCatalog.Find(request.Dataset);
        if (entry.IsTestOnly)
        {
            throw new PromptKDException(
                $"{entry.Name} is made for tests only: it has no pictures to fit a probe to. Give another ‹dataset›; "
                + "‹promptkd datasets list› names all.");
        }

        DatasetSplit listed = entry.Read(
            request.Root, new PythonRandom(seed: 1), observer.OnWarning, observer.OnPhase, stop);
        listed.RefuseContradictions(entry.Name);
        if (listed.Train.Count == 0)
        {
            throw new PromptKDException($"{entry.Name}: no training pictures are there, which a probe is fitted to.");
        }

        listed.LeftOut?.Report(observer);

        // As CoOp's lists have it for ImageNet, which sets no pictures aside.
        DatasetSplit whole = listed with { Validation = listed.Validation ?? listed.Test };
        var draws = request.Shots.Distinct()
            .SelectMany(shots => Enumerable.Range(1, request.Seeds).Select(seed => (shots, seed)))
            .ToDictionary(draw => draw, draw => DatasetPictures.DrawAsCoOp(whole, draw.shots, draw.seed));
        return new DatasetPictures(whole, draws)
        {
            Encoded = whole with
            {
                Train = [.. draws.Values.SelectMany(draw => draw.Train).Distinct()],
                Validation = [.. draws.Values.SelectMany(draw => draw.Validation!).Distinct()],
            },
            Classes = ClassTable.Of(listed.Train).Count,
            Input = DatasetFeaturesPreset.Config.Input,
        };
    }

    /// <summary>Class folders: drawn from what can be read of them, as few-shot sets are.</summary>
    private sealed class FolderPictures : ProbePictures
    {
        public override DatasetSplit Draw(DatasetSplit read, int shots, int seed) =>
            FewShot.Draw(read, shots, new PythonRandom(seed));

        public override IReadOnlyList<PictureItem> DrawnFrom(DatasetSplit read) => read.Train;
    }

    /// <summary>
    /// A data set: drawn from its lists before anything is read, class by class as CoOp's lpclip/linear_probe.py draws,
    /// so that a seed gives the pictures that it gives there.
    /// </summary>
    private sealed class DatasetPictures(
        DatasetSplit whole, IReadOnlyDictionary<(int Shots, int Seed), DatasetSplit> draws) : ProbePictures
    {
        private const int MostValidationShots = 4;

        public static DatasetSplit DrawAsCoOp(DatasetSplit whole, int shots, int seed)
        {
            var random = new NumpyRandom(seed);
            return whole with
            {
                Train = Draw(whole.Train, shots, random),
                Validation = Draw(whole.Validation!, Math.Min(shots, MostValidationShots), random),
            };
        }

        public override DatasetSplit Draw(DatasetSplit read, int shots, int seed)
        {
            DatasetSplit drawn = draws[(shots, seed)];
            return drawn with
            {
                Train = Readable(drawn.Train, read.Train),
                Validation = Readable(drawn.Validation!, read.Validation!),
            };
        }

        public override IReadOnlyList<PictureItem> DrawnFrom(DatasetSplit read) => whole.Train;

        private static IReadOnlyList<PictureItem> Draw(
            IReadOnlyList<PictureItem> items, int shots, NumpyRandom random) =>
        [
            .. items.GroupBy(item => item.Label).OrderBy(ofClass => ofClass.Key).SelectMany(ofClass =>
                ofClass.ToArray() is var all && all.Length >= shots ? random.Choice(all, shots) : all),
        ];

        private static PictureItem[] Readable(IReadOnlyList<PictureItem> drawn, IReadOnlyList<PictureItem> read)
        {
            HashSet<PictureItem> known = [.. read];
            return [.. drawn.Where(known.Contains)];
        }
    }
}
