using PromptKD.Configuration.Presets;
using PromptKD.Export;
using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Inference.Profiles;

/// <summary>Says what a model costs: counted on its shapes, and measured on this machine.</summary>
public static class ProfileRun
{
    private const int LargestBatch = 1 << 16;
    private const int MostThreads = 1 << 10;
    private const int MostClasses = 1 << 20;

    /// <summary>The methods that learn, as TRAINER.NAME spells them, in the order in which people are told.</summary>
    public static IReadOnlyList<string> Methods => CountedModels.Methods;

    /// <summary>Profiles one model.</summary>
    /// <param name="request">Which, and what to measure.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellationToken">Stops between two runs of the model.</param>
    /// <exception cref="PromptKDException">
    /// It cannot be read, its parts do not fit, or the machine has not what is asked for.
    /// </exception>
    public static ModelProfile Of(
        ProfileRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default)
    {
        observer ??= IRunObserver.Nobody;
        Check(request);
        bool isPackage = request.Model.Length > 0;
        if (isPackage && (request.Clip.Length > 0 || request.Checkpoint.Length > 0 || request.Method.Length > 0))
        {
            throw new PromptKDException(
                "‹model› is a package, which has its CLIP and its method. Leave ‹clip›, ‹checkpoint› and ‹method› "
                + "out.");
        }

        if (isPackage && request.Classes is not null)
        {
            throw new PromptKDException("‹model› is a package, which has its classes. Leave ‹classes› out.");
        }

        if (request.Teacher.Length > 0 && request.Method != "PromptKD")
        {
            throw new PromptKDException(
                "‹teacher› is of the method PromptKD, whose projector leads into its space. Give ‹method› PromptKD, or "
                + "leave it out.");
        }

        if (request.Checkpoint.Length > 0 && request.Method.Length > 0)
        {
            throw new PromptKDException(
                $"‹checkpoint› {request.Checkpoint} has its method. Leave ‹method› {request.Method} out.");
        }

        using ProcessSettings kept = ProcessSettings.Keep();
        WarnOfIdle(request, observer, allMethods: false);
        CountedModel model = isPackage
            ? CountedModels.OfPackage(request.Model)
            : CountedModels.OfClip(request, observer, cancellationToken);
        return Profile(model, request, observer, cancellationToken);
    }

    /// <summary>Profiles all methods of the family on one CLIP: table 7 of PromptKD, and its other methods.</summary>
    /// <param name="request">The CLIP, and what to measure.</param>
    /// <param name="observer">As for one model.</param>
    /// <param name="cancellationToken">As for one model.</param>
    /// <exception cref="PromptKDException">As for one model.</exception>
    public static IReadOnlyList<ModelProfile> OfMethods(
        ProfileRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default)
    {
        observer ??= IRunObserver.Nobody;
        Check(request);
        if (request.Model.Length > 0 || request.Checkpoint.Length > 0 || request.Method.Length > 0)
        {
            throw new PromptKDException(
                "All methods are counted on one CLIP. Leave ‹model›, ‹checkpoint› and ‹method› out, and give ‹clip›.");
        }

        WarnOfIdle(request, observer, allMethods: true);
        return
        [
            .. CountedModels.OfMethods(request, observer, cancellationToken)
                .Select(model => Profile(model, request, observer, cancellationToken)),
        ];
    }

    private static void Check(ProfileRequest request)
    {
        if (request.Classes is < 1 or > MostClasses)
        {
            throw new PromptKDException($"‹classes› is {request.Classes}; give 1 to {MostClasses}.");
        }

        if (request.Batches.FirstOrDefault(batch => batch is < 1 or > LargestBatch, 1) is var batch and not 1)
        {
            throw new PromptKDException($"‹batch› has {batch}; give 1 to {LargestBatch} pictures at a time.");
        }

        if (request.Threads is < 1 or > MostThreads)
        {
            throw new PromptKDException($"‹threads› is {request.Threads}; give 1 to {MostThreads}.");
        }
    }

    private static void WarnOfIdle(ProfileRequest request, IRunObserver observer, bool allMethods)
    {
        var settings = request.Settings with
        {
            Trainer = request.Settings.Trainer with { Name = request.Method },
        };
        if (ActingKeys.OfProfile(settings, allMethods).Warning() is { } warning)
        {
            observer.OnWarning(warning);
        }
    }

    private static ModelProfile Profile(
        CountedModel model, ProfileRequest request, IRunObserver observer, CancellationToken stop) => new(
            model.Title,
            model.Method,
            model.Classes,
            model.Parts,
            model.Published,
            request.Batches.Count == 0 ? null : Measure(model, request, observer, stop));

    private static MeasuredCost Measure(
        CountedModel model, ProfileRequest request, IRunObserver observer, CancellationToken stop)
    {
        var target = ComputeTarget.Resolve(
            ComputeNames.Of(request.Device, request.DeviceIndex), ComputeNames.Of(request.Precision));
        bool isProcessor = target.Device.type == DeviceType.CPU;
        target.UseThreadsFor(model.Clip.VisionWidth);
        if (request.Threads is { } threads)
        {
            ComputeThreads.Set(isProcessor ? threads : throw new PromptKDException(
                $"‹threads› is of the processor, and ‹device› {target.Device} is a GPU. Leave one of them out."));
        }

        observer.OnPhase($"Building {model.Title}");
        using IClassifier classifier = OutOfMemory.Explain(
            () => request.Model.Length > 0
                ? StudentPackage.Read(request.Model, StudentPackage.ReadManifest(request.Model), target)
                : RandomModel.Build(model, target),
            "Count it alone: ‹no-speed›.");
        List<MeasuredSpeed> speeds = [];
        foreach (int batch in request.Batches)
        {
            observer.OnPhase($"Measuring {Counted.Of(batch, "picture")} at a time");
            speeds.Add(SpeedMeasurement.Of(classifier, model.Clip.ImageSize, batch, target.Device, stop));
        }

        return new MeasuredCost(
            target.Device.ToString(), target.PrecisionName, isProcessor ? get_num_threads() : null, speeds);
    }
}
