using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Dassl;
using PromptKD.Data.Datasets;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Export;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runs.Distill;
using PromptKD.Runtime;
using PromptKD.Text;
using PromptKD.Training;

namespace PromptKD.Runs.Train;

/// <summary>
/// A method with the pictures that it learns from: what differs between PromptKD and the labelled methods.
/// </summary>
internal sealed class TrainingInputs : IDisposable
{
    private readonly DistillationInputs? _distillation;

    private TrainingInputs(ITrainedMethod method, TrainingPictures pictures, DistillationInputs? distillation)
    {
        Method = method;
        Pictures = pictures;
        _distillation = distillation;
    }

    /// <summary>What is trained.</summary>
    public ITrainedMethod Method { get; }

    /// <summary>What it learns from.</summary>
    public TrainingPictures Pictures { get; }

    /// <summary>How pictures are prepared.</summary>
    public required Preprocessing Preprocessing { get; init; }

    /// <summary>SHA-256 of each input, by name.</summary>
    public required IReadOnlyDictionary<string, string> Digests { get; init; }

    /// <summary>Opens the models, checks them, and builds the method.</summary>
    /// <param name="config">The configuration, with the paths of the models and the class names.</param>
    /// <param name="lists">The lists of the data set.</param>
    /// <param name="run">Receives a teacher store, where one is asked for; null to evaluate only.</param>
    /// <param name="observer">Is told how it goes.</param>
    /// <param name="cancellation">Stops downloads, hashing, and the making of a store.</param>
    /// <exception cref="PromptKDException">An input is missing, damaged, or does not fit the others.</exception>
    public static TrainingInputs Open(
        ExperimentConfig config,
        ProtocolLists lists,
        RunFolder? run,
        ITrainingObserver observer,
        CancellationToken cancellation)
    {
        ComputeTarget target = TrainPreset.Target(config, observer);
        IReadOnlyList<PictureItem> pictures = run is null ? [] : lists.Train;
        TrainingInputs inputs = config.Trainer.Name == TrainPreset.PromptKD
            ? OpenPromptKD(config, pictures, run, target, observer, cancellation)
            : OpenLabelled(config, pictures, target, observer, cancellation);
        try
        {
            if (config.Model.InitWeights.Length > 0)
            {
                InitialWeights.Load(inputs.Method, config.Model.InitWeights);
            }

            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    /// <summary>SHA-256 of each input of a labelled method, by name, without building the method.</summary>
    /// <param name="config">As for <see cref="Open"/>.</param>
    /// <param name="items">The pictures that it learns from.</param>
    /// <param name="observer">Is told how it goes.</param>
    /// <param name="cancellation">Stops downloads and hashing.</param>
    /// <exception cref="PromptKDException">An input is missing or damaged.</exception>
    public static IReadOnlyDictionary<string, string> DigestLabelled(
        ExperimentConfig config,
        IReadOnlyList<PictureItem> items,
        ITrainingObserver observer,
        CancellationToken cancellation)
    {
        using ClipCheckpoint clip = ModelFiles.OpenClip(config.Distill.Student, observer, cancellation);
        string vocabulary = ModelFiles.FindVocabulary(config.Distill.Vocab, clip.Folder, cancellation);
        var pictures = PictureSet.Hash(config.Dataset.Root, items, DigestMemory.None, observer, cancellation);
        return Digest(config, clip, vocabulary, pictures);
    }

    /// <summary>Writes what a program can use of the trained method: PromptKD's student package.</summary>
    /// <param name="run">Receives it.</param>
    /// <param name="selected">The epoch whose model the method is.</param>
    public void Export(RunFolder run, EpochRecord selected)
    {
        if (Method is PromptKDMethod student)
        {
            StudentPackage.Write(
                run.StudentFolder,
                student.Student,
                student.ClassVectors,
                _distillation!.Describe(selected, teacher: null, student));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Method.Dispose();
        _distillation?.Dispose();
    }

    private static TrainingInputs OpenPromptKD(
        ExperimentConfig config,
        IReadOnlyList<PictureItem> pictures,
        RunFolder? run,
        ComputeTarget target,
        ITrainingObserver observer,
        CancellationToken cancellation)
    {
        var inputs = DistillationInputs.Open(config, config.Dataset.Root, pictures, target, observer, cancellation);
        try
        {
            PromptKDMethod student = run is null
                ? inputs.BuildClassifier(observer)
                : inputs.BuildMethod(run, observer, cancellation);
            inputs.ReleaseTeacher();
            return new TrainingInputs(student, inputs.TrainingPictures, inputs)
            {
                Preprocessing = inputs.Preprocessing,
                Digests = inputs.Digests,
            };
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    private static TrainingInputs OpenLabelled(
        ExperimentConfig config,
        IReadOnlyList<PictureItem> items,
        ComputeTarget target,
        ITrainingObserver observer,
        CancellationToken cancellation)
    {
        observer.OnPhase($"Reading {config.Distill.Student}");
        using ClipCheckpoint clip = ModelFiles.OpenClip(config.Distill.Student, observer, cancellation);
        target.UseThreadsFor(clip.Architecture.VisionWidth);
        string vocabulary = ModelFiles.FindVocabulary(config.Distill.Vocab, clip.Folder, cancellation);
        Preprocessing preprocessing = DistillationPictures.PreprocessingOf(config, clip.Architecture);
        var pictures = PictureSet.Hash(config.Dataset.Root, items, DigestMemory.None, observer, cancellation);
        ITrainedMethod method = LabelledMethods.Build(
            config, clip, ClipTokenizer.Load(vocabulary), config.Distill.Classes, target, observer.OnWarning);
        var loader = new PictureLoader(items, preprocessing, DistillationPictures.LoaderOptions(config));
        return new TrainingInputs(method, new TrainingPictures(config, items.Count, loader), distillation: null)
        {
            Preprocessing = preprocessing,
            Digests = Digest(config, clip, vocabulary, pictures),
        };
    }

    private static SortedDictionary<string, string> Digest(
        ExperimentConfig config, ClipCheckpoint clip, string vocabulary, PictureSet pictures) => new()
        {
            ["class names"] = FileDigest.OfText(string.Join('\n', config.Distill.Classes)),
            ["clip"] = clip.Sha256,
            ["pictures"] = pictures.Digest,
            ["vocabulary"] = FileDigest.Sha256([vocabulary]),
        };
}
