using PromptKD.Configuration;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Teachers;

/// <summary>
/// A teacher, found, fetched where need be, checked and hashed; its vocabulary is found when it is needed.
/// </summary>
/// <param name="Model">The teacher.</param>
/// <param name="Sha256">Of its weights.</param>
/// <param name="PromptsSha256">Of its learned prompts; "none" for plain CLIP.</param>
internal sealed record OpenedTeacher(FrozenTeacher Model, string Sha256, string PromptsSha256) : IDisposable
{
    /// <summary>Stands for the digest of learned prompts where there are none.</summary>
    public const string NoPrompts = "none";

    /// <exception cref="PromptKDException">A file is missing, damaged, or does not fit the others.</exception>
    public static OpenedTeacher Open(
        DistillConfig paths, ComputeTarget target, IRunObserver observer, CancellationToken cancellation)
    {
        observer.OnPhase($"Reading the teacher {paths.Teacher}");
        ClipCheckpoint clip = ModelFiles.OpenClip(paths.Teacher, observer, cancellation);
        bool prompted = paths.TeacherPrompts.Length > 0;
        try
        {
            PromptedWeights? prompts = prompted ? PromptCheckpoint.ReadTeacher(paths.TeacherPrompts) : null;
            return new OpenedTeacher(
                new FrozenTeacher(clip, prompts, target),
                clip.Sha256,
                prompted ? FileDigest.Sha256([paths.TeacherPrompts]) : NoPrompts);
        }
        catch
        {
            clip.Dispose();
            throw;
        }
    }

    /// <summary>The text features of the configured classes.</summary>
    /// <param name="config">Class names, templates, and how learned text tokens are used.</param>
    /// <param name="vocabulary">CLIP's byte-pair vocabulary.</param>
    /// <param name="observer">Is told that it begins.</param>
    /// <exception cref="PromptKDException">The vocabulary is another model's, or a class name is too long.</exception>
    public ClassVectors EncodeClasses(ExperimentConfig config, string vocabulary, IRunObserver observer)
    {
        PromptKDConfig settings = config.Trainer.PromptKD;
        observer.OnPhase($"Encoding {config.Distill.Classes.Count} class names with {Model.Architecture.Name}");
        return Model.ReadClassVectors(
            ClipTokenizer.Load(vocabulary),
            config.Distill.Classes,
            [.. settings.Templates.Select(pattern => new PromptTemplate(pattern))],
            settings.CtxInit,
            settings.HalfPrompts);
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}
