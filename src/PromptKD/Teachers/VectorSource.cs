using PromptKD.Configuration;
using PromptKD.Features.Store;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Teachers;

/// <summary>Where the class vectors of one teacher come from: a file, its store, or its text tower.</summary>
internal sealed class VectorSource : IDisposable
{
    private readonly ExperimentConfig _config;
    private readonly RunContext _context;
    private readonly StoredVectors? _stored;
    private readonly OwnTeacher? _own;

    /// <param name="config">DISTILL.CLASS_VECTORS, .CLASSES, .VOCAB, and what the sentences are made of.</param>
    /// <param name="context">Where to compute, who watches.</param>
    /// <param name="store">The teacher's store; null for a live one.</param>
    /// <param name="own">A teacher of one's own, which has them; null for others.</param>
    /// <param name="filling">Waits for those that may come into the store; null to take what is there.</param>
    /// <exception cref="PromptKDException">The store's are damaged.</exception>
    public VectorSource(
        ExperimentConfig config, RunContext context, TeacherStore? store, OwnTeacher? own, StoreFilling? filling)
    {
        (_config, _context, _own) = (config, context, own);
        if (!AreGiven && filling is not null)
        {
            filling.WaitForClassVectors(KeyOf(store!));
        }

        _stored = AreGiven ? null : store?.ReadClassVectors(KeyOf(store), context.Target.Device);
    }

    /// <summary>Whether a text tower has to make them.</summary>
    public bool NeedsTexts => !AreGiven && _stored is null;

    private bool IsFile => _config.Distill.ClassVectors.Length > 0;

    private bool AreGiven => IsFile || _own is not null;

    /// <summary>The tokenizer of the teacher's vocabulary.</summary>
    /// <param name="clip">The teacher.</param>
    /// <exception cref="PromptKDException">There is none.</exception>
    public ITextTokenizer Tokenizer(FrozenClip clip) => TextTokenizers.Load(VocabularyOf(clip));

    /// <summary>What the vectors are made of: its name and its digest.</summary>
    /// <param name="clip">The teacher, where it is open.</param>
    /// <exception cref="PromptKDException">It is missing, or cannot be read.</exception>
    public KeyValuePair<string, string> Digest(FrozenClip? clip) => _own is not null
        ? KeyValuePair.Create("class vectors", _own.VectorsSha256)
        : IsFile
        ? KeyValuePair.Create("class vectors", FileDigest.Sha256([_config.Distill.ClassVectors], _context.Digests))
        : KeyValuePair.Create("vocabulary", VocabularySha256(clip));

    /// <summary>Reads or makes them.</summary>
    /// <param name="clip">The teacher; null where it is not open, and not needed.</param>
    /// <param name="width">Of its features.</param>
    /// <exception cref="PromptKDException">
    /// A name is too long, the vocabulary another model's, or the file does not fit.
    /// </exception>
    public ClassVectors Read(FrozenClip? clip, int width)
    {
        ValueList<string> names = _config.Distill.Classes;
        if (_stored is { } stored)
        {
            return new ClassVectors(names, stored.Vectors.alias().DetachFromDisposeScope(), stored.LogitScale)
            {
                LogitBias = stored.LogitBias,
            };
        }

        if (_own is not null)
        {
            return _own.ReadClassVectors(_context.Target.Device);
        }

        if (IsFile)
        {
            return ReadFile(clip, width);
        }

        PromptKDConfig settings = _config.Trainer.PromptKD;
        _context.Observer.OnPhase($"Encoding {Counted.Of(names.Count, "class name")} with {clip!.Architecture.Name}");
        return clip.ReadClassVectors(
            Tokenizer(clip),
            names,
            [.. settings.Templates.Select(pattern => new PromptTemplate(pattern))],
            settings.CtxInit,
            settings.HalfPrompts);
    }

    /// <summary>Whether a store has them.</summary>
    public bool AreIn(TeacherStore store) => store.HasClassVectors(KeyOf(store));

    /// <summary>
    /// Keeps them in a store, so that the next run needs no teacher; those that were given stay where they are.
    /// </summary>
    /// <exception cref="PromptKDException">They cannot be written.</exception>
    public void Keep(TeacherStore store, ClassVectors vectors, FrozenClip? clip)
    {
        if (!AreGiven)
        {
            store.KeepClassVectors(
                KeyOf(store), new StoredVectors(vectors.Vectors, vectors.LogitScale, VocabularySha256(clip))
                {
                    LogitBias = vectors.LogitBias,
                });
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stored?.Vectors.Dispose();

    private ClassVectors ReadFile(FrozenClip? clip, int width)
    {
        const double ClipsScale = 100;
        string path = _config.Distill.ClassVectors;
        _context.Observer.OnPhase($"Reading the class vectors {path}");
        ClassVectors vectors = ClassVectorFile.Read(
            path, _config.Distill.Classes, _context.Target.Device, clip?.LogitScale() ?? ClipsScale);
        if (vectors.Vectors.shape[1] == width)
        {
            return vectors;
        }

        long found = vectors.Vectors.shape[1];
        vectors.Dispose();
        throw new PromptKDException(
            $"{path}: its vectors are {found} wide, and the teacher's features {width}. Were they made with another "
            + "model?");
    }

    private string VocabularySha256(FrozenClip? clip) =>
        _stored?.VocabularySha256 ?? FileDigest.Sha256([VocabularyOf(clip!)], _context.Digests);

    private string VocabularyOf(FrozenClip clip) =>
        ModelFiles.FindVocabulary(_config.Distill.Vocab, clip.Folder, _context.Stop);

    private string KeyOf(TeacherStore store) => VectorsKey.Of(_config, store.Index, _context.Target.PrecisionName);
}
