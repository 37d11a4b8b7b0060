using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Export;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;

namespace PromptKD.Inference.Embeddings;

/// <summary>A model that gives image features.</summary>
/// <param name="Name">student, teacher or clip: begins the names of its files and columns.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Preparation">How its pictures are prepared.</param>
/// <param name="Features">From a batch to features of length 1, float32, [batch, embedding], without gradient.</param>
/// <param name="Owner">What is to be freed.</param>
internal sealed record EmbeddedModel(
    string Name, string Title, Preprocessing Preparation, Func<Batch, Tensor> Features, IDisposable Owner) : IDisposable
{
    private int Width { get; init; }

    /// <summary>Opens the models of a request: the student, the teacher, then the other CLIP.</summary>
    /// <exception cref="PromptKDException">None is asked for, or one cannot be opened.</exception>
    public static IReadOnlyList<EmbeddedModel> Open(
        EmbeddingRequest request, ComputeTarget target, IRunObserver observer, CancellationToken stop)
    {
        if (request.Student.Length + request.Teacher.Length + request.Clip.Length == 0)
        {
            throw new PromptKDException(
                "Nothing says whose features are wanted. Give ‹student›, ‹teacher› or ‹clip›, or several of them.");
        }

        if (request.TeacherPrompts.Length > 0 && request.Teacher.Length == 0)
        {
            throw new PromptKDException("‹teacher-prompts› are given without their CLIP. Give ‹teacher›, too.");
        }

        StudentManifest? manifest = request.Student.Length > 0 ? StudentPackage.ReadManifest(request.Student) : null;
        InputConfig input = DistillPreset.Config.Input with
        {
            Upright = request.Upright ?? manifest?.Preprocessing.Upright ?? request.Dataset.Length == 0,
            Scale16Bit = manifest?.Preprocessing.Scale16Bit ?? request.Dataset.Length == 0,
        };
        using var opened = new Unfinished();
        List<EmbeddedModel> models = [];
        if (manifest is not null)
        {
            models.Add(opened.Add(OfPackage(request.Student, manifest, input.Upright, target)));
        }

        foreach ((string name, string clip, string prompts, int size) in new[]
        {
            ("teacher", request.Teacher, request.TeacherPrompts, request.TeacherPictureSize),
            ("clip", request.Clip, "", 0),
        })
        {
            if (clip.Length > 0)
            {
                observer.OnPhase($"Reading {clip}");
                models.Add(opened.Add(OfClip(name, clip, prompts, size, input, target, observer, stop)));
            }
        }

        target.UseThreadsFor(models.Max(model => model.Width));
        return opened.HandOver(models);
    }

    /// <inheritdoc/>
    public void Dispose() => Owner.Dispose();

    private static EmbeddedModel OfPackage(
        string folder, StudentManifest manifest, bool upright, ComputeTarget target)
    {
        DistilledStudent student = StudentPackage.Read(folder, manifest, target);
        Preprocessing preparation = manifest.Preprocessing with { Upright = upright };
        return new EmbeddedModel(
            "student",
            $"student, {manifest.Architecture.Name}",
            preparation,
            batch => student.Student.ImageFeatures(batch.Pixels(preparation)),
            student)
        {
            Width = manifest.Architecture.VisionWidth,
        };
    }

    private static EmbeddedModel OfClip(
        string name,
        string path,
        string prompts,
        int size,
        InputConfig input,
        ComputeTarget target,
        IRunObserver observer,
        CancellationToken stop)
    {
        using var parts = new Unfinished();
        ClipCheckpoint clip = parts.Add(ModelFiles.OpenClip(path, size, observer, stop));
        PromptedWeights? learned = prompts.Length > 0 ? parts.Add(PromptCheckpoint.ReadTeacher(prompts)) : null;
        Preprocessing preparation = TowerPreparation.Of(input, clip);
        using FrozenClip frozen = parts.HandOver(new FrozenClip(clip, learned, target, preparation));
        LiveFeatures tower = frozen.ReadImageTower(roundToHalf: false);
        return new EmbeddedModel(
            name,
            $"{name}, {frozen.Architecture.Name}{(learned is null ? "" : " with learned prompts")}",
            preparation,
            tower.Of,
            tower)
        {
            Width = frozen.Architecture.VisionWidth,
        };
    }
}
