using System.Security.Cryptography;
using System.Text;
using PromptKD.Configuration;
using PromptKD.Features;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD;

/// <summary>The checkpoints and the vocabulary of a distillation: found, fetched where need be, checked, hashed.</summary>
/// <param name="Student">The student's CLIP.</param>
/// <param name="Teacher">The teacher.</param>
/// <param name="Tokenizer">Of the teacher's vocabulary.</param>
/// <param name="Digests">SHA-256 by name.</param>
internal sealed record OpenedModels(
    ClipCheckpoint Student,
    FrozenTeacher Teacher,
    ClipTokenizer Tokenizer,
    IReadOnlyDictionary<string, string> Digests) : IDisposable
{
    /// <exception cref="PromptKDException">A file is missing, damaged, or does not fit the others.</exception>
    public static OpenedModels Open(
        ExperimentConfig config, ComputeTarget target, IExperimentObserver observer, CancellationToken cancellation)
    {
        DistillConfig paths = config.Distill;
        var digests = new Dictionary<string, string>
        {
            ["class names"] = DigestOf(string.Join('\n', paths.Classes)),
        };
        FrozenTeacher? teacher = null;
        ClipCheckpoint? student = null;
        try
        {
            observer.OnPhase($"Reading the teacher {paths.Teacher}");
            ClipCheckpoint teacherClip = ModelFiles.OpenClip(paths.Teacher, observer, cancellation);
            PromptedWeights? prompts =
                paths.TeacherPrompts.Length == 0 ? null : PromptCheckpoint.ReadTeacher(paths.TeacherPrompts);
            teacher = new FrozenTeacher(teacherClip, prompts, target);
            digests["teacher"] = teacherClip.Sha256;
            if (prompts is not null)
            {
                digests["teacher prompts"] = FileDigest.Sha256([paths.TeacherPrompts]);
            }

            observer.OnPhase($"Reading the student {paths.Student}");
            student = ModelFiles.OpenClip(paths.Student, observer, cancellation);
            digests["student"] = student.Sha256;
            RefuseOtherSizes(teacherClip, student);

            string vocabulary = ModelFiles.FindVocabulary(paths.Vocab, teacherClip.Folder, cancellation);
            digests["vocabulary"] = FileDigest.Sha256([vocabulary]);
            return new OpenedModels(student, teacher, ClipTokenizer.Load(vocabulary), digests);
        }
        catch
        {
            teacher?.Dispose();
            student?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Student.Dispose();
        Teacher.Dispose();
    }

    // Both see the same pixels, so that the student learns what the teacher saw.
    private static void RefuseOtherSizes(ClipCheckpoint teacher, ClipCheckpoint student)
    {
        if (teacher.Architecture.ImageSize != student.Architecture.ImageSize)
        {
            throw new PromptKDException(
                $"The teacher ({teacher.Description}) sees {teacher.Architecture.ImageSize} pixels, the student "
                + $"({student.Description}) {student.Architecture.ImageSize}. Choose two CLIPs of the same input size.");
        }
    }

    private static string DigestOf(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
