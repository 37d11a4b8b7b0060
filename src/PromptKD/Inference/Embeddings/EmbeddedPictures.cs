using PromptKD.Configuration.Presets;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Data.Shards;
using PromptKD.Inference.Predictions;
using PromptKD.Runtime;

namespace PromptKD.Inference.Embeddings;

/// <summary>The pictures that are embedded.</summary>
/// <param name="Title">What people call them.</param>
/// <param name="Items">The pictures, in order, with labels where they have some.</param>
/// <param name="ClassNames">Class names, in label order; none without labels.</param>
internal sealed record EmbeddedPictures(
    string Title, IReadOnlyList<PictureItem> Items, IReadOnlyList<string> ClassNames)
{
    private const string Test = "test";

    private static readonly string[] s_splits = ["train", "val", Test];

    /// <summary>Lists the pictures that a request names.</summary>
    /// <exception cref="PromptKDException">It names none, or too many, or they cannot be listed.</exception>
    public static EmbeddedPictures Of(EmbeddingRequest request, IRunObserver observer, CancellationToken stop)
    {
        if (request.Dataset.Length > 0)
        {
            return request.Images.Length == 0
                ? OfDataset(request, observer, stop)
                : throw new PromptKDException(
                    $"‹images› {request.Images} and ‹dataset› {request.Dataset} are both given. Leave one of them "
                    + "out.");
        }

        if (request.Root.Length > 0 || request.Split.Length > 0)
        {
            throw new PromptKDException("‹root› and ‹split› are of a data set. Give ‹dataset›, or leave them out.");
        }

        Checks.Require(request.Images, "‹images› or ‹dataset›", "a folder of pictures, or a data set of the paper");
        if (PictureSorter.LiesIn(request.Output, request.Images))
        {
            throw new PromptKDException(
                $"'{request.Output}' lies in '{request.Images}', whose pictures are embedded: the next call would read "
                + "the maps, too. Give a folder elsewhere.");
        }

        PictureFolder folder = OfFolder(request.Images, observer, stop);
        folder.LeftOut.Report(observer);
        return new EmbeddedPictures(request.Images, folder.Items, folder.ClassNames);
    }

    // Labelled where every picture lies in a folder, or where shards say each one's class.
    private static PictureFolder OfFolder(string path, IRunObserver observer, CancellationToken stop)
    {
        var all = PictureFolder.Unlabelled(path, stop);
        bool inFolders = Directory.Exists(path) && all.Items.All(item =>
            item.Bytes is FileBytes { Length: null }
            && Path.GetDirectoryName(Path.GetRelativePath(path, item.Path)) is { Length: > 0 });
        if (inFolders)
        {
            return PictureFolder.Labelled(path, stop: stop);
        }

        if (all.Items.Any(item => ShardFiles.IsShard(item.Bytes.Path)))
        {
            try
            {
                return PictureFolder.Labelled(path, stop: stop);
            }
            catch (PromptKDException fault)
            {
                observer.OnPhase($"Without labels: {fault.InWords}");
            }
        }

        return all;
    }

    private static EmbeddedPictures OfDataset(EmbeddingRequest request, IRunObserver observer, CancellationToken stop)
    {
        Checks.Require(request.Root, "‹root›", "the folder that holds the data sets");
        string part = request.Split.Length > 0 ? request.Split : Test;
        if (!s_splits.Contains(part))
        {
            throw new PromptKDException($"‹split› is '{part}', expected one of {string.Join(", ", s_splits)}.");
        }

        DatasetEntry entry = DatasetCatalog.Find(request.Dataset);
        if (entry.IsTestOnly && part != Test)
        {
            throw new PromptKDException($"{entry.Name} is made for tests only. Give ‹split› {Test}.");
        }

        DatasetSplit split = entry.Read(
            request.Root, new PythonRandom(seed: 1), observer.OnWarning, observer.OnPhase, stop);
        IReadOnlyList<PictureItem>? items = split.Parts.FirstOrDefault(one => one.Name == part).Items;
        if (items is null)
        {
            throw new PromptKDException(
                $"{entry.Name} sets no validation pictures aside. Give ‹split› train or {Test}.");
        }

        // Of the training pictures, which have all classes; where there are none, of the tests.
        split.RefuseContradictions(entry.Name);
        if (items.Count == 0)
        {
            throw new PromptKDException($"{entry.Name} has no pictures as {part}. Give another ‹split›.");
        }

        ClassTable classes = ClassTable.Of(split.Train.Count > 0 ? split.Train : split.Test);

        split.LeftOut?.Report(observer);
        return new EmbeddedPictures($"{entry.Name}, {part}", items, classes.Names);
    }
}
