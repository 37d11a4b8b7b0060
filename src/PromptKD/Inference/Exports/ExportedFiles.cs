using PromptKD.Configuration;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;

namespace PromptKD.Inference.Exports;

/// <summary>What stands behind the class vectors of a package that is made of a checkpoint.</summary>
internal sealed class ExportedFiles : IDisposable
{
    private readonly TeacherSource? _teacher;
    private readonly ExperimentConfig _config;

    /// <param name="config">Names the files.</param>
    /// <param name="method">Of the checkpoint.</param>
    /// <param name="clip">The CLIP that it was learned on; stays the caller's.</param>
    /// <param name="context">Where to compute, who watches.</param>
    /// <exception cref="PromptKDException">A file is not there, or damaged.</exception>
    public ExportedFiles(ExperimentConfig config, MethodRow method, ClipCheckpoint clip, RunContext context)
    {
        _config = config;
        string weights = FileDigest.Sha256(clip.WeightFiles, context.Digests, context.Stop);
        var digests = new Dictionary<string, string>();
        if (method.LearnsFrom == Supervision.Teacher)
        {
            digests["student"] = weights;
            _teacher = TeacherSource.Open(config, context);
            foreach ((string name, string digest) in _teacher.Digests(number: 1))
            {
                digests[name] = digest;
            }
        }
        else
        {
            Vocabulary = ModelFiles.FindVocabulary(config.Distill.Vocab, clip.Folder, context.Stop);
            digests["clip"] = weights;
            digests["vocabulary"] = FileDigest.Sha256([Vocabulary], context.Digests);
        }

        Digests = digests;
    }

    /// <summary>SHA-256 of each, by name.</summary>
    public IReadOnlyDictionary<string, string> Digests { get; }

    /// <summary>The vocabulary of the CLIP; empty where the teacher has one.</summary>
    public string Vocabulary { get; } = "";

    /// <summary>The teacher with its class vectors; null for a method that has none. Belongs to the caller.</summary>
    /// <param name="learned">The student, whose projector leads into the teacher's space.</param>
    /// <exception cref="PromptKDException">It leads into another one, or a class name is too long.</exception>
    public ITeacher? BuildTeacher(LearnedCheckpoint learned)
    {
        if (_teacher is null)
        {
            return null;
        }

        using var parts = new Unfinished();
        Teacher teacher = parts.Add(_teacher.BuildClasses());
        long width = teacher.ClassVectors.Vectors.shape[1];
        return learned.TeacherEmbedding == width
            ? parts.HandOver(teacher)
            : throw new PromptKDException(
                $"{learned.Path}: its projector leads into {learned.TeacherEmbedding} dimensions, but class vectors of "
                + $"{_config.Distill.Teacher} have {width}. Is that its teacher?");
    }

    /// <inheritdoc/>
    public void Dispose() => _teacher?.Dispose();
}
