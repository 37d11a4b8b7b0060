using PromptKD.Configuration;
using PromptKD.Models.Weights;

namespace PromptKD.Dassl;

/// <summary>
/// Finds the files that PromptKD's program expects in the folder that it is started in: base CLIPs in <c>clip/</c>, the
/// prompts of its teachers in <c>teacher_model/</c>.
/// </summary>
/// <param name="folder">That folder; empty for the current one.</param>
internal sealed class ReferenceFiles(string folder)
{
    /// <summary>Asks for a teacher without learned prompts.</summary>
    public const string NoPrompts = "none";

    private const string Teachers = "teacher_model";

    // Names in the list of teachers to download that are spelt otherwise than DATASET.NAME. Case never counts.
    private static readonly Dictionary<string, string> s_otherSpelling = new() { ["StanfordCars"] = "StandfordCars" };

    /// <summary>A base CLIP: its file in <c>clip/</c>, else the name by which it is fetched.</summary>
    /// <param name="name">OpenAI's name, as ViT-B/16; hyphens and slashes do not count.</param>
    /// <exception cref="PromptKDException">OpenAI published no such model.</exception>
    public string Clip(string name)
    {
        OpenAiModel model = OpenAiModels.All.FirstOrDefault(one => Bare(one.Name) == Bare(name))
            ?? throw new PromptKDException(
                $"OpenAI published no CLIP '{name}'. Expected one of "
                + $"{string.Join(", ", OpenAiModels.All.Select(one => one.Name))}; ‹student› and ‹teacher› take "
                + "files.");
        string file = Path.Combine(folder, "clip", model.FileName);
        return File.Exists(file) ? file : OpenAiModels.Prefix + model.Name;
    }

    /// <summary>The learned prompts of the teacher for a data set.</summary>
    /// <param name="dataset">DATASET.NAME.</param>
    /// <param name="modal">TRAINER.MODAL: cross-dataset runs share a teacher that was trained on ImageNet.</param>
    /// <exception cref="PromptKDException">They are not there; the message says where they were looked for.</exception>
    public string TeacherPrompts(string dataset, string modal)
    {
        (string name, string file) = modal == "cross"
            ? ("ImageNet-xd", Path.Combine("VLPromptLearner_large", "model.pth.tar-20"))
            : (dataset, Path.Combine("VLPromptLearner", "model-best.pth.tar"));
        string teachers = Path.Combine(folder, Teachers);
        string[] folders = Directory.Exists(teachers) ? Directory.GetDirectories(teachers) : [];
        string? found = folders
            .Where(path => Is(Path.GetFileName(path), name)
                || Is(Path.GetFileName(path), s_otherSpelling.GetValueOrDefault(name)))
            .Select(path => Path.Combine(path, file))
            .FirstOrDefault(File.Exists);
        return found ?? throw new PromptKDException(
            $"No learned prompts of a teacher for {dataset}: looked for {Path.Combine(teachers, name, file)}"
            + (folders.Length == 0 ? "" : $" (there are {string.Join(", ", folders.Select(Path.GetFileName).Order())})")
            + $". Give ‹teacher-prompts›: a checkpoint, or {NoPrompts} for plain CLIP.");
    }

    /// <summary>A configuration with the models that a run of PromptKD needs.</summary>
    /// <param name="config">DISTILL.STUDENT, .TEACHER and .TEACHER_PROMPTS say what is not to be looked for.</param>
    /// <param name="hasTeacher">Whether the method learns from a teacher.</param>
    /// <exception cref="PromptKDException">As <see cref="Clip"/> and <see cref="TeacherPrompts"/>.</exception>
    public ExperimentConfig Complete(ExperimentConfig config, bool hasTeacher)
    {
        DistillConfig given = config.Distill;
        DistillConfig paths = given with { Student = Model(given.Student, config.Model.Backbone.Name, "ViT-B/16") };
        if (hasTeacher && (given.Store.Length == 0 || given.Teacher.Length > 0))
        {
            paths = paths with
            {
                Teacher = Model(given.Teacher, config.Trainer.PromptKD.TeacherName, ""),
                TeacherPrompts = given.TeacherPrompts switch
                {
                    "" => TeacherPrompts(config.Dataset.Name, config.Trainer.Modal),
                    NoPrompts => "",
                    string file => file,
                },
            };
        }

        return config with { Distill = paths };
    }

    private string Model(string given, string name, string otherwise) =>
        given.Length > 0 ? given : Clip(name.Length > 0 ? name : otherwise);

    private static string Bare(string name) =>
        string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    private static bool Is(string? first, string? second) =>
        string.Equals(first, second, StringComparison.OrdinalIgnoreCase);
}
