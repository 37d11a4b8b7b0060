using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Methods;
using PromptKD.Models.Weights;

namespace PromptKD.Runs;

/// <summary>The settings of a run that tunes its teacher first, and then distils it.</summary>
public sealed record TwoStages
{
    private TwoStages(ExperimentConfig teaching, ExperimentConfig distillation)
    {
        Teaching = teaching;
        Distillation = distillation;
    }

    /// <summary>Settings of the first stage; its output folder is <c>teacher</c> below that of the second.</summary>
    public ExperimentConfig Teaching { get; }

    /// <summary>Settings of the second stage; its teacher is what the first one makes.</summary>
    public ExperimentConfig Distillation { get; }

    /// <summary>Joins two configurations.</summary>
    /// <param name="teaching">
    /// How to teach: method, shots, optimizer, prompts. Models, classes, pictures to measure on, seed and device are
    /// taken from <paramref name="distillation"/>.
    /// </param>
    /// <param name="distillation">
    /// How to distil, with DISTILL.LABELLED: the pictures to teach with. DISTILL.CLASSES may be empty: the names of the
    /// labelled folders, sorted.
    /// </param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="PromptKDException">A setting is missing, or pictures do not fit the classes.</exception>
    public static TwoStages Join(
        ExperimentConfig teaching, ExperimentConfig distillation, CancellationToken cancellationToken = default)
    {
        distillation = Settling.Seed(distillation);
        DistillConfig paths = distillation.Distill;
        if (paths.TeacherPrompts.Length > 0 || paths.Store.Length > 0)
        {
            throw new PromptKDException(
                $"{(paths.Store.Length > 0 ? "‹store›" : "‹teacher-prompts›")} is of a teacher that is there, and "
                + "‹labelled› tunes a new one. Leave one of them out.");
        }

        teaching = teaching with
        {
            OutputDir = Path.Combine(distillation.OutputDir, "teacher"),
            Seed = distillation.Seed,
            Device = distillation.Device,
            UseCuda = distillation.UseCuda,
            Input = distillation.Input,
            Train = teaching.Train with { AcceptChanges = distillation.Train.AcceptChanges },
            Distill = new DistillConfig
            {
                Labelled = paths.Labelled,
                Classes = paths.Classes,
                Teacher = paths.Teacher,
                TeacherPictureSize = paths.TeacherPictureSize,
                Val = paths.Val,
                Base = paths.Base,
                Vocab = paths.Vocab,
                Strict = paths.Strict,
                FastJpeg = paths.FastJpeg,
            },
        };
        TeachPreset.Check(teaching);
        MethodRow method = MethodCatalog.FindTeaching(teaching.Trainer.Name);
        if (method.Name == "CoCoOp" && paths.Views > 0)
        {
            throw new PromptKDException(
                $"CoCoOp's teacher encodes the classes anew for each picture, and DISTILL.VIEWS is {paths.Views}: "
                + "stored features are not all of it. Give ‹recipe› paper, or another method for the teacher.");
        }

        return new TwoStages(teaching, distillation with
        {
            Distill = paths with
            {
                Labelled = "",
                Classes = [.. LabelledPictures.Read(teaching, cancellationToken).ClassNames],
                TeacherPrompts = TeachingReport.CheckpointOf(teaching),
            },
            Trainer = distillation.Trainer with
            {
                PromptKD = distillation.Trainer.PromptKD with
                {
                    CtxInit = method.Words(teaching.Trainer).Prefix,
                },
                CoOp = teaching.Trainer.Name == "CoOp" ? teaching.Trainer.CoOp : distillation.Trainer.CoOp,
            },
        });
    }

    /// <summary>Finds mistakes in the second stage before the first one takes its time.</summary>
    /// <exception cref="PromptKDException">There is one.</exception>
    internal void Check(CancellationToken cancellationToken)
    {
        DistillPreset.Check(Distillation);
        RunFolder.RefusePackage(Distillation.OutputDir);
        RunFolder.RefuseOtherConfiguration(Distillation.OutputDir, Distillation);
        PictureFolder.Unlabelled(Distillation.Distill.Images, cancellationToken);
        using ClipCheckpoint student = ModelFiles.OpenClip(
            Distillation.Distill.Student, Distillation.Distill.StudentPictureSize, observer: null, cancellationToken);
        PromptKDMethod.CheckTower(student, Distillation.Trainer.PromptKD);
    }
}
