using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Features;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Evaluation.Probing;

/// <summary>
/// The linear probe of few-shot papers: logistic regression on a CLIP's frozen image features, trained on a few
/// pictures of each class. It needs labels, and is what few-shot methods are compared with.
/// </summary>
/// <remarks>Follows CoOp (arXiv 2109.01134, section 4.1; lpclip), which follows CLIP (arXiv 2103.00020).</remarks>
public static class LinearProbe
{
    /// <summary>Encodes the pictures once; then draws, fits and measures for each number of shots and seed.</summary>
    /// <param name="request">What to probe with what.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellationToken">Stops between batches and between fits.</param>
    /// <returns>One score for each number of shots, in the order of the request.</returns>
    /// <exception cref="PromptKDException">
    /// The CLIP, a picture folder or the data set cannot be read, folders differ in their classes, or shots or seeds
    /// are below 1.
    /// </exception>
    public static IReadOnlyList<ProbeScore> Run(
        LinearProbeRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default)
    {
        if (request.Seeds < 1 || request.Shots.Count == 0 || request.Shots.Any(shots => shots < 1))
        {
            throw new PromptKDException(
                $"{request.Seeds} seeds and the shots {string.Join(", ", request.Shots)}: give 1 or more of each.");
        }

        IRunObserver watcher = observer ?? IRunObserver.Nobody;
        var pictures = ProbePictures.Of(request, watcher, cancellationToken);
        ProbeFeatures[] features = Encode(request, pictures, watcher, cancellationToken);
        using ProbeFeatures training = features[0], validation = features[1], test = features[2];
        var read = new DatasetSplit(training.Items, validation.Items, test.Items);
        List<ProbeScore> scores = [];
        foreach (int shots in request.Shots)
        {
            watcher.OnPhase(
                $"Probing {pictures.Classes} classes with {Counted.Of(shots, "picture")} each, "
                + $"{Counted.Of(request.Seeds, "seed")}");
            WarnOfFew(pictures.DrawnFrom(read), shots, watcher);
            ProbeRun[] runs = [.. Enumerable.Range(1, request.Seeds).Select(seed =>
            {
                DatasetSplit drawn = pictures.Draw(read, shots, seed);
                using ProbeFeatures few = training.Select(drawn.Train);
                using ProbeFeatures chooser = validation.Select(drawn.Validation!);
                return Probe(few, chooser, test, pictures.Classes, seed, cancellationToken);
            })];
            scores.Add(new ProbeScore(shots, SeedStatistics.Of(runs.Select(run => (double?)run.Test))!, runs));
        }

        return scores;
    }

    private static ProbeFeatures[] Encode(
        LinearProbeRequest request, ProbePictures pictures, IRunObserver observer, CancellationToken cancellationToken)
    {
        using ProcessSettings kept = ProcessSettings.Keep();
        var target = ComputeTarget.Resolve(
            request.Device, request.DeviceIndex, request.Precision, observer.OnWarning);
        observer.OnPhase($"Reading {request.Clip}");
        using ClipCheckpoint clip = ModelFiles.OpenClip(request.Clip, observer, cancellationToken);
        target.UseThreadsFor(clip.Architecture.VisionWidth);
        using var encoder = ImageEncoder.Create(clip.Architecture, target.Type, target.Device);
        ModuleWeights.Fill(encoder, clip.Tensors, "visual.", clip.Description);
        var preprocessing = TowerPreparation.Of(pictures.Input, clip);
        IReadOnlyList<PictureItem>[] parts = [.. pictures.Encoded.Parts.Select(part => part.Items)];
        foreach (string warning in parts.Select(part => RivalLabels.Find(part, cancellationToken)).OfType<string>())
        {
            observer.OnWarning(warning);
        }

        observer.OnPhase($"Encoding {Counted.Of(parts.Sum(part => part.Count), "picture")}");
        return
        [
            .. parts.Select((part, place) => ProbeFeatures.Encode(
                encoder, part, preprocessing, place == 0 ? "learned" : "measured", observer, cancellationToken)),
        ];
    }

    private static ProbeRun Probe(
        ProbeFeatures few,
        ProbeFeatures chooser,
        ProbeFeatures test,
        int classes,
        int seed,
        CancellationToken cancellationToken)
    {
        double Measure(double strength, ProbeFeatures pictures)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using LogisticRegression fitted = few.Fit(classes, strength);
            return fitted.Accuracy(pictures.Values, pictures.Labels);
        }

        double strength = StrengthSearch.Find(candidate => Measure(candidate, chooser));
        return new ProbeRun(seed, strength, Measure(strength, chooser), Measure(strength, test));
    }

    private static void WarnOfFew(IReadOnlyList<PictureItem> train, int shots, IRunObserver observer)
    {
        foreach (List<PictureItem> ofClass in SplitShares.ByClass(train).Where(ofClass => ofClass.Count < shots))
        {
            observer.OnWarning(
                $"the class '{ofClass[0].ClassName}' has {ofClass.Count} training pictures, fewer than {shots}: "
                + "all are taken");
        }
    }
}
