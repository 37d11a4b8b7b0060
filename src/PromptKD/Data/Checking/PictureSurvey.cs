using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using PromptKD.Runtime.Remote;

namespace PromptKD.Data.Checking;

/// <summary>
/// Looks at pictures before anything is learned from them: what is left out, broken, turned, tiny or doubled. Each is
/// read and decoded once, by all processors.
/// </summary>
public static class PictureSurvey
{
    /// <summary>Looks at a folder or at shards.</summary>
    /// <param name="request">Which, and what counts as odd.</param>
    /// <param name="observer">Is told how far it is; null for nobody.</param>
    /// <param name="cancellationToken">Stops between pictures.</param>
    /// <exception cref="PromptKDException">
    /// The folder is missing or cannot be listed; or a shard is damaged. A folder without a picture is surveyed.
    /// </exception>
    public static SurveyReport Of(
        SurveyRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default)
    {
        if (request.Tiny < 1)
        {
            throw new PromptKDException($"‹tiny› is {request.Tiny}; give 1 or more pixels.");
        }

        PictureFolder folder = List(request, cancellationToken, out string? fault);
        IReadOnlyList<PictureItem> items = folder.Items;
        var facts = new PictureFacts[items.Count];
        IRunObserver watcher = observer ?? IRunObserver.Nobody;
        watcher.OnPhase($"Looking at {Counted.Of(items.Count, "picture")}");
        var progress = new HashingProgress(watcher, TimeProvider.System, "Looked at");
        int done = 0;
        PictureDigest.ForEach(
            items.Count,
            index =>
            {
                facts[index] = PictureFacts.Of(items[index]);
                progress.Report(Interlocked.Increment(ref done), items.Count);
            },
            cancellationToken);
        return Report(request, folder, facts, fault);
    }

    // Folders that do not fit the classes are what a survey is to find: their pictures are looked at all the same.
    private static PictureFolder List(SurveyRequest request, CancellationToken stop, out string? fault)
    {
        fault = null;
        if (request.IsLabelled || request.ClassNames is not null)
        {
            try
            {
                return PictureFolder.Labelled(request.Folder, request.ClassNames, stop: stop);
            }
            catch (PromptKDException mistake)
            {
                fault = mistake.InWords;
            }
        }

        return PictureFolder.Unlabelled(request.Folder, mayBeEmpty: true, stop);
    }

    private static SurveyReport Report(
        SurveyRequest request, PictureFolder folder, PictureFacts[] facts, string? fault)
    {
        PictureFacts[] whole = [.. facts.Where(one => one.Fault is null)];
        Dictionary<int, int> counts = folder.Items.Where(item => item.Label is not null)
            .CountBy(item => item.Label!.Value)
            .ToDictionary();
        return new SurveyReport
        {
            Folder = request.Folder,
            Pictures = facts.Length,
            Fault = fault,
            LeftOut = folder.LeftOut.Kinds,
            NeedsALookAtLeftOut = folder.LeftOut.IsLoud,
            WithoutEnd = folder.LeftOut.WithoutEnd,
            Broken =
            [
                .. facts.Where(one => one.Fault is not null).Select(one => new SkippedPicture(one.Path, one.Fault!)),
            ],
            Turned = [.. whole.Where(one => one.Orientation != 1).Select(one => one.Path)],
            Tiny = [.. whole.Where(one => one.ShorterSide < request.Tiny).Select(one => one.Path)],
            Doubled = Doubles.OfContent(whole),
            NearlyDoubled = Doubles.OfLook(whole),
            Classes =
            [
                .. folder.ClassNames.Select((name, label) =>
                    new ClassPictures(name, counts.GetValueOrDefault(label))),
            ],
            Kinds = new SortedDictionary<string, int>(
                whole.CountBy(one => PictureKinds.NameOf(one.Kind)).ToDictionary(), StringComparer.Ordinal),
            Sizes = PictureSizes.Of(whole),
        };
    }
}

/// <summary>What a survey looks at.</summary>
public sealed record SurveyRequest
{
    /// <summary>A folder of pictures, of class folders or of shards; or a shard.</summary>
    public required string Folder { get; init => field = RemoteAddress.WithoutQuery(value); }

    /// <summary>Whether its pictures are labelled: by class folders, or in shards.</summary>
    public bool IsLabelled { get; init; }

    /// <summary>Names of the classes that the labels have to fit; null for those of the folders.</summary>
    public IReadOnlyList<string>? ClassNames { get; init => field = ValueEquality.Of(value); }

    /// <summary>A picture whose shorter side has fewer pixels is tiny.</summary>
    public int Tiny { get; init; } = 32;
}
