using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Features;
using PromptKD.Features.Store;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;

namespace PromptKD.Teachers;

/// <summary>
/// What one teacher is made of, found, fetched where need be, checked and hashed: a CLIP with or without learned
/// prompts, a store of its features, or both. A store that holds the vectors of the classes needs no CLIP at all.
/// </summary>
internal sealed class TeacherSource : IDisposable
{
    /// <summary>Stands for the digest of learned prompts where there are none.</summary>
    public const string NoPrompts = "none";

    /// <summary>Pictures of a shard.</summary>
    public const int PicturesPerShard = 256;

    private readonly ExperimentConfig _config;
    private readonly RunContext _context;
    private readonly FrozenClip? _clip;
    private readonly VectorSource _vectors;

    private TeacherSource(ExperimentConfig config, RunContext context, OwnTeacher? own)
    {
        _config = config;
        _context = context;
        using var parts = new Unfinished();
        DistillConfig paths = config.Distill;
        if (paths.Store.Length > 0)
        {
            (Store, Filling) = StoreFilling.Open(paths, context);
            WeightsSha256 = Store.Index.Teacher;
            PromptsSha256 = Store.Index.TeacherPrompts;
            Preparation = TowerPreparation.Of(config.Input, Store.Index.Preprocessing);
            StoredPictures.RefuseOtherSize(Store, paths.TeacherPictureSize);
        }

        // Where no teacher can make the class vectors, whoever fills the store may be about to keep them.
        _vectors = parts.Add(new VectorSource(
            config, context, Store, own, paths.Teacher.Length > 0 ? null : Filling));
        if (own is not null)
        {
            Preparation = TowerPreparation.Of(config.Input, own.Asked.Preparation);
            _clip = parts.Add(own.Open(context, Preparation));
            (WeightsSha256, PromptsSha256) = (own.Sha256, NoPrompts);
        }
        else if (paths.Teacher.Length > 0 || _vectors.NeedsTexts || Store is null)
        {
            StoredPictures.RequireTeacher(paths);
            context.Observer.OnPhase($"Reading the teacher {paths.Teacher}");
            ClipCheckpoint clip = parts.Add(ModelFiles.OpenClip(
                paths.Teacher, paths.TeacherPictureSize, context.Observer, context.Stop));
            if (_vectors.NeedsTexts && paths.Classes.Count > 0)
            {
                clip.Architecture.RequireTexts(clip.Description);
            }

            bool prompted = paths.TeacherPrompts.Length > 0;
            PromptedWeights? prompts =
                prompted ? parts.Add(PromptCheckpoint.ReadTeacher(paths.TeacherPrompts)) : null;
            Preparation = TowerPreparation.Of(config.Input, clip);
            _clip = parts.Add(new FrozenClip(clip, prompts, context.Target, Preparation)
            {
                Position = CoOpTeachers.PositionOf(config.Trainer.CoOp, prompts, context.Observer.OnWarning),
            });
            if (paths is { Views: > 0 } or { Store.Length: > 0 })
            {
                CoOpTeachers.RefuseStoring(_clip, paths.TeacherPrompts);
            }

            WeightsSha256 = FileDigest.Sha256(clip.WeightFiles, context.Digests, context.Stop);
            PromptsSha256 = prompted
                ? FileDigest.Sha256([paths.TeacherPrompts], context.Digests, context.Stop)
                : NoPrompts;
        }

        parts.HandOver(this);
    }

    /// <summary>Where the features are stored; null for a live teacher.</summary>
    public TeacherStore? Store { get; private set; }

    /// <summary>
    /// Waits for what others still write into <see cref="Store"/>; null for a store that has to be complete.
    /// </summary>
    public StoreFilling? Filling { get; }

    /// <summary>
    /// Which method learned the prompts, as TRAINER.NAME spells it; empty for plain CLIP. A store alone says that there
    /// are some, not whose: null.
    /// </summary>
    public string? Method => _clip is not null ? _clip.Method ?? "" : PromptsSha256 == NoPrompts ? "" : null;

    /// <summary>How the teacher's pictures are prepared.</summary>
    public Preprocessing Preparation { get; } = new();

    /// <summary>SHA-256 of the weights.</summary>
    public string WeightsSha256 { get; } = "";

    /// <summary>SHA-256 of the learned prompts; <see cref="NoPrompts"/> for plain CLIP.</summary>
    public string PromptsSha256 { get; } = "";

    /// <summary>Width of the image tower; 0 where it is not opened.</summary>
    public int VisionWidth => _clip?.Architecture.VisionWidth ?? 0;

    /// <summary>Opens what there is to open.</summary>
    /// <param name="config">DISTILL.TEACHER, .TEACHER_PROMPTS and .STORE name it; the classes and sentences.</param>
    /// <param name="context">Where to compute, who watches.</param>
    /// <param name="own">Is the teacher, where it is no CLIP.</param>
    /// <exception cref="PromptKDException">A file is missing, damaged, or does not fit the others.</exception>
    public static TeacherSource Open(ExperimentConfig config, RunContext context, OwnTeacher? own = null) =>
        new(config, context, own);

    /// <summary>The digests under the names that a run keeps them by.</summary>
    /// <param name="number">Which teacher it is, from 1. The first one's names have no number.</param>
    public IEnumerable<KeyValuePair<string, string>> Digests(int number)
    {
        string name = number == 1 ? "teacher" : $"teacher {number}";
        yield return KeyValuePair.Create(name, WeightsSha256);
        (string made, string digest) = _vectors.Digest(_clip);
        yield return KeyValuePair.Create(number == 1 ? made : $"{name} {made}", digest);
        if (PromptsSha256 != NoPrompts)
        {
            yield return KeyValuePair.Create($"{name} prompts", PromptsSha256);
        }
    }

    /// <summary>Refuses a store that was made from something else than this run would make it from.</summary>
    /// <exception cref="PromptKDException">Something differs; the message names it.</exception>
    public void RefuseOther(PictureSet pictures)
    {
        if (Store is not null)
        {
            StoredPictures.WarnOfDamagedList(Store, _context.Observer);
            StoredPictures.RefuseOthers(Store, pictures);
        }

        // The views are taken as they are, and so is what the CLIP would say if it was opened.
        Store?.Index.RefuseOther(Store.Folder, Store.Index.Like(Index(pictures), pictures) with
        {
            Views = Store.Index.Views,
            ViewCount = Store.Index.ViewCount,
            Precision = Store.Index.Precision,
            EmbeddingSize = Store.Index.EmbeddingSize,
            PicturesPerShard = Store.Index.PicturesPerShard,
            BatchSize = Store.Index.BatchSize,
        });
    }

    /// <summary>The teacher with its class vectors only: nothing is read of its image tower or its store.</summary>
    /// <exception cref="PromptKDException">A class name is too long, or the vocabulary is another model's.</exception>
    public Teacher BuildClasses() => new(ReadClassVectors(), features: null);

    /// <summary>
    /// The teacher, ready for training. Where DISTILL.VIEWS asks for it, its features are stored first. Frees the CLIP.
    /// </summary>
    /// <param name="storeFolder">Where that store is made.</param>
    /// <param name="pictures">What is trained on.</param>
    /// <param name="beside">Opens a store that is filled along with the teacher's; null for none.</param>
    /// <exception cref="PromptKDException">
    /// As <see cref="BuildClasses"/>; or the store is incomplete, damaged, or of something else.
    /// </exception>
    public Teacher Build(string storeFolder, PictureSet pictures, Func<StoreBeside>? beside = null)
    {
        using var parts = new Unfinished();
        ClassVectors classVectors = parts.Add(ReadClassVectors());
        if (Store is not null)
        {
            _context.Observer.OnPhase(
                $"{(Filling is null ? "Checking" : "Reading, while it is filled,")} the teacher store {Store.Folder}");
            _clip?.Dispose();
            return parts.HandOver(new Teacher(classVectors, ReadStored(classVectors)));
        }

        LiveFeatures tower = parts.Add(_clip!.ReadImageTower(_config.Trainer.PromptKD.HalfPrompts));
        LearnedSentences? sentences = !_clip.IsConditioned ? null : parts.Add(
            _clip.ReadSentences(_vectors.Tokenizer(_clip), classVectors.Names, _config.Trainer.PromptKD.CtxInit));
        _clip.Dispose();
        if (_config.Distill.Views == 0)
        {
            return parts.HandOver(new Teacher(classVectors, tower, tower, sentences));
        }

        bool takesOthers = _config.Train.AcceptChanges && _context.Processes.IsLeader();
        Store = _context.Processes.LeaderFirst(
            () => StoredPictures.Begin(storeFolder, Index(pictures), pictures, takesOthers, _context.Observer),
            _context.Stop);
        TeacherFilling.Run(_config, _context, pictures, Store, tower, Preparation, beside);
        _context.Processes.Wait(_context.Stop);
        return parts.HandOver(new Teacher(classVectors, ReadStored(classVectors), tower));
    }

    /// <summary>Opens or begins the store of this teacher. Frees the CLIP.</summary>
    /// <param name="storeFolder">The folder of the store.</param>
    /// <param name="pictures">What is stored of.</param>
    /// <param name="part">Which shards are this process's.</param>
    /// <param name="keepsClasses">Whether the vectors of DISTILL.CLASSES are kept; the first part keeps them.</param>
    /// <param name="quantise">
    /// Makes another tower of the teacher's, which DISTILL.EIGHT_BIT asks for; null for the teacher's own.
    /// </param>
    /// <returns>What is to be made of it; its tower is for the caller to free. Null where nothing is missing.</returns>
    /// <exception cref="PromptKDException">
    /// The folder holds a store of something else, or cannot be written.
    /// </exception>
    public StoreToMake? BeginStore(
        string storeFolder, PictureSet pictures, StorePart part, bool keepsClasses, QuantisedTower? quantise = null)
    {
        CoOpTeachers.RefuseStoring(_clip!, _config.Distill.TeacherPrompts);
        Store = StoredPictures.OpenOrBegin(storeFolder, Index(pictures), pictures, _context.Observer);
        if (keepsClasses && part.Index == 0 && !_vectors.AreIn(Store))
        {
            using ClassVectors made = ReadClassVectors();
            _vectors.Keep(Store, made, _clip);
        }

        IReadOnlyList<int> shards = Store.ShardsToMake(part, _context.Digests, _context.Stop);
        using ClassVectors? vectors = quantise is not null && shards.Count > 0 && _config.Distill.Classes.Count > 0
            ? ReadClassVectors()
            : null;
        LiveFeatures? tower = shards.Count == 0 ? null
            : quantise?.Invoke(_clip!, pictures, vectors, _config, _context)
                ?? _clip!.ReadImageTower(_config.Trainer.PromptKD.HalfPrompts);
        _clip!.Dispose();
        if (tower is null)
        {
            return null;
        }

        using var parts = new Unfinished();
        parts.Add(tower);
        _context.Digests.Watched.RefuseChanged();
        return new StoreToMake(Store, shards, parts.HandOver(tower));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _clip?.Dispose();
        _vectors.Dispose();
    }

    private ClassVectors ReadClassVectors() =>
        _vectors.Read(_clip, _clip?.Architecture.EmbeddingSize ?? Store!.Index.EmbeddingSize);

    private StoredFeatures ReadStored(ClassVectors classVectors)
    {
        try
        {
            if (_context.Processes.IsLeader())
            {
                _vectors.Keep(Store!, classVectors, _clip);
            }
        }
        catch (PromptKDException fault) when (WriteFault.IsReadOnly(fault))
        {
            _context.Observer.OnWarning($"{fault.InWords} The class vectors are used, and not kept.");
        }

        if (Filling is not null)
        {
            return Store!.ReadWhileFilling(_context.Target.Device, Filling);
        }

        StoredFeatures stored = Store!.ReadTeacher(_context.Target.Device, _context.Digests, _context.Stop);
        _context.Digests.Save();
        return stored;
    }

    private StoreIndex Index(PictureSet pictures) => new()
    {
        Teacher = WeightsSha256,
        TeacherPrompts = PromptsSha256,
        RoundPromptsToHalf = _config.Trainer.PromptKD.HalfPrompts,
        Pictures = pictures.ContentDigest,
        PictureCount = pictures.Items.Count,
        Preprocessing = Preparation,
        FastJpeg = _config.Distill.FastJpeg,
        Views = LoadingSettings.Views(_config),
        ViewCount = _config.Distill.Views,
        Precision = _config.Distill.EightBit ? QuantisedTeacher.PrecisionName : _context.Target.PrecisionName,
        EmbeddingSize = _clip?.Architecture.EmbeddingSize ?? 0,
        PicturesPerShard = PicturesPerShard,
        BatchSize = _config.DataLoader.TrainX.BatchSize,
    };
}
