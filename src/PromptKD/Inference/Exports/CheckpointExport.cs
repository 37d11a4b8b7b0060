using PromptKD.Configuration;
using PromptKD.Export;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;
using PromptKD.Text.Names;

namespace PromptKD.Inference.Exports;

/// <summary>
/// Makes a student package of a checkpoint that somebody has published, or that a run has left: for <c>predict</c>,
/// without any training.
/// </summary>
public static class CheckpointExport
{
    /// <summary>Writes the package, whole or not at all.</summary>
    /// <param name="request">Which checkpoint, and where to.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellationToken">Stops while models are fetched; nothing is written then.</param>
    /// <returns>What the package says of itself.</returns>
    /// <exception cref="PromptKDException">
    /// A file cannot be read, does not fit the others, or the method has no class vectors; or the package cannot be
    /// written.
    /// </exception>
    public static StudentManifest Write(
        ExportRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default)
    {
        observer ??= IRunObserver.Nobody;
        ClassNameRules.Check(request.ClassNames, "The classes");
        WholeFolder.RefuseTaken(request.Output);
        observer.OnPhase($"Reading {request.Checkpoint}");
        using var learned = LearnedCheckpoint.Open(request.Checkpoint);
        DigestMemory digests = DigestMemory.None;
        string digest = FileDigest.Sha256([learned.Path], digests, cancellationToken);
        if (learned.Method == "CoCoOp")
        {
            throw new PromptKDException(
                $"{learned.Path}: a checkpoint of CoCoOp. {CheckpointDescription.WhyNone("CoCoOp")}. ‹promptkd train› "
                + "with ‹eval-only› measures it.");
        }

        ExperimentConfig config = CheckpointSettings.Of(learned, request);
        using ProcessSettings kept = ProcessSettings.Keep();
        var target = ComputeTarget.Resolve(
            request.Device, request.DeviceIndex, request.Precision, observer.OnWarning);
        var context = new RunContext(target, observer, digests, cancellationToken);
        observer.OnPhase($"Reading {request.Student}");
        using ClipCheckpoint clip = ModelFiles.OpenClip(request.Student, observer, cancellationToken);
        learned.Check(clip.Architecture);
        target.UseThreadsFor(clip.Architecture.VisionWidth);
        MethodRow row = MethodCatalog.Find(config.Trainer.Name);
        using var files = new ExportedFiles(config, row, clip, context);
        using ITrainedMethod method = Build(config, row, clip, learned, files, context);
        if (method.Model.Sentences is { } sentences)
        {
            using DisposeScope scope = NewDisposeScope();
            LearnedClasses.Check(learned, request, sentences.StoredEmbeddings()[1].Value);
        }

        DistilledStudent deployed = method.Deploy(request.ClassNames)
            ?? throw new InvalidOperationException($"{row.Name} has class vectors, and deploys none.");
        StudentManifest manifest = CheckpointDescription.Of(
            deployed,
            new CheckpointOrigin(
                learned.Method, Path.GetFileName(learned.Path), learned.Epoch, learned.ValidationResult),
            request.Teacher is null || request.TeacherPrompts is not null ? [] : config.Trainer.PromptKD.Templates,
            TowerPreparation.Of(config.Input, clip),
            target.PrecisionName,
            CheckpointDescription.Inputs(row, files.Digests, digest));
        digests.Watched.RefuseChanged();
        WholeFolder.Create(
            request.Output, folder => manifest = StudentPackage.Write(folder, deployed, manifest));
        return manifest;
    }

    private static ITrainedMethod Build(
        ExperimentConfig config,
        MethodRow row,
        ClipCheckpoint clip,
        LearnedCheckpoint learned,
        ExportedFiles files,
        RunContext context)
    {
        ITeacher? teacher = files.BuildTeacher(learned);
        clip.Replace(learned.ReadFrozen(clip.Architecture));
        context.Observer.OnPhase($"Encoding {config.Distill.Classes.Count} class names");
        using var parts = new Unfinished();
        var method = (ITrainedMethod)parts.Add(row.Build(new MethodInputs
        {
            Config = config,
            Clip = clip,
            ClassNames = config.Distill.Classes,
            Target = context.Target,
            Tokenizer = new Lazy<ITextTokenizer>(() => TextTokenizers.Load(files.Vocabulary)),
            Teacher = teacher,
            Warn = context.Observer.OnWarning,
        }));
        using DisposeScope scope = NewDisposeScope();
        method.LoadLearned(learned.ReadLearned(clip.Architecture), learned.Path);
        method.SetTraining(false);
        return parts.HandOver(method);
    }
}
