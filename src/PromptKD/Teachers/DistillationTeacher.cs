using System.Security.Cryptography;
using System.Text;
using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Features;
using PromptKD.Features.Store;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runs;
using PromptKD.Runtime;

namespace PromptKD.Teachers;

/// <summary>
/// One teacher's side of a distillation: class vectors, and image features that are computed live or were stored.
/// A store that holds the vectors of the classes needs no teacher at all.
/// </summary>
internal sealed class DistillationTeacher : IDisposable
{
    private readonly ExperimentConfig _config;
    private readonly ComputeTarget _target;
    private readonly PictureSet _pictures;
    private readonly Preprocessing _preprocessing;
    private OpenedTeacher? _opened;
    private (ClassVectors Vectors, string VocabularySha256)? _stored;
    private string _vocabulary = "";
    private ClassVectors? _classVectors;
    private LiveFeatures? _tower;

    private DistillationTeacher(
        ExperimentConfig config, ComputeTarget target, PictureSet pictures, Preprocessing preprocessing)
    {
        _config = config;
        _target = target;
        _pictures = pictures;
        _preprocessing = preprocessing;
    }

    /// <summary>Where the features are stored; null for a live teacher.</summary>
    public TeacherStore? Store { get; private set; }

    /// <summary>SHA-256 of the teacher, its prompts and its vocabulary.</summary>
    public TeacherDigests Digests { get; private set; } = new("", "", "");

    /// <summary>Width of the image tower; 0 where it is not opened.</summary>
    public int VisionWidth => _opened?.Model.Architecture.VisionWidth ?? 0;

    /// <summary>Whether the image tower is there to classify with.</summary>
    public bool IsLive => _tower is not null;

    /// <summary>Opens what there is to open, and refuses what does not fit.</summary>
    /// <exception cref="PromptKDException">A file is missing or damaged, or does not fit pictures or student.</exception>
    public static DistillationTeacher Open(
        ExperimentConfig config,
        ComputeTarget target,
        PictureSet pictures,
        ClipCheckpoint student,
        IRunObserver observer,
        CancellationToken cancellation)
    {
        var teacher = new DistillationTeacher(
            config, target, pictures, DistillationPictures.PreprocessingOf(config, student.Architecture));
        try
        {
            teacher.OpenStore();
            teacher.OpenCheckpoint(student, observer, cancellation);
            return teacher;
        }
        catch
        {
            teacher.Dispose();
            throw;
        }
    }

    /// <summary>The class vectors, stored or computed now. The caller frees them.</summary>
    /// <exception cref="PromptKDException">A class name is too long, or the vocabulary is another model's.</exception>
    public ClassVectors EncodeClasses(IRunObserver observer)
    {
        _classVectors = _stored?.Vectors ?? _opened!.EncodeClasses(_config, _vocabulary, observer);
        _stored = null;
        return _classVectors;
    }

    /// <summary>
    /// The teacher's features as training wants them, once the classes are encoded. The caller frees them. A store
    /// keeps the class vectors, too.
    /// </summary>
    /// <param name="storeFolder">Where to make the store that DISTILL.VIEWS asks for.</param>
    /// <param name="loader">Loads the pictures.</param>
    /// <param name="observer">Is told how it goes.</param>
    /// <param name="cancellation">Stops the making of a store; finished shards stay.</param>
    /// <exception cref="PromptKDException">The store is incomplete, damaged, or of something else.</exception>
    public IImageFeatures ReadFeatures(
        string storeFolder, PictureLoader loader, IRunObserver observer, CancellationToken cancellation)
    {
        if (Store is not null)
        {
            observer.OnPhase($"Checking the teacher store {Store.Folder}");
            _opened?.Dispose();
            return ReadStored(Store);
        }

        _tower = _opened!.Model.ReadImageTower(_config.Trainer.PromptKD.HalfPrompts);
        _opened.Dispose();
        if (_config.Distill.Views == 0)
        {
            return _tower;
        }

        StoreIndex index = DistillationPictures.Index(_config, _target, _opened, _pictures, _preprocessing);
        Store = TeacherStore.OpenOrBegin(storeFolder, index);
        DistillationPictures.Fill(Store, loader, _tower, StorePart.Whole, observer, cancellation);
        return ReadStored(Store);
    }

    /// <summary>Scores of every class, by the image tower.</summary>
    /// <param name="images">Normalised pixels, [batch, 3, size, size].</param>
    /// <returns>Logits, [batch, classes].</returns>
    public Tensor Classify(Tensor images) => _classVectors!.Compare(_tower!.Of(images), _classVectors.LogitScale);

    /// <summary>Frees what training does not need: the tower, once its features are stored.</summary>
    public void Release()
    {
        if (Store is not null)
        {
            _tower?.Dispose();
        }

        _tower = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _opened?.Dispose();
        _stored?.Vectors.Dispose();
        Release();
    }

    private StoredFeatures ReadStored(TeacherStore store)
    {
        store.KeepClassVectors(
            ClassVectorKey(store.Index.Teacher, store.Index.TeacherPrompts), _classVectors!, Digests.Vocabulary);
        return store.ReadTeacher(_target.Device);
    }

    private void OpenStore()
    {
        DistillConfig paths = _config.Distill;
        if (paths.Store.Length == 0)
        {
            return;
        }

        Store = TeacherStore.Open(paths.Store);
        _stored = Store.ReadClassVectors(
            ClassVectorKey(Store.Index.Teacher, Store.Index.TeacherPrompts), paths.Classes, _target.Device);
        if (_stored is null && paths.Teacher.Length == 0)
        {
            throw new PromptKDException(
                $"The teacher store {paths.Store} has no class vectors for these names and templates. Give --teacher: "
                + "the CLIP that the store was made with.");
        }
    }

    private void OpenCheckpoint(ClipCheckpoint student, IRunObserver observer, CancellationToken cancellation)
    {
        if (_stored is null || _config.Distill.Teacher.Length > 0)
        {
            _opened = OpenedTeacher.Open(_config.Distill, _target, observer, cancellation);
            RefuseOtherSizes(_opened.Model.Architecture, student);
        }

        Store?.Index.RefuseOther(Store.Folder, IndexFor(Store.Index));
        if (_stored is null)
        {
            _vocabulary = ModelFiles.FindVocabulary(_config.Distill.Vocab, _opened!.Model.Folder, cancellation);
        }

        Digests = new TeacherDigests(
            _opened?.Sha256 ?? Store!.Index.Teacher,
            _opened?.PromptsSha256 ?? Store!.Index.TeacherPrompts,
            _stored?.VocabularySha256 ?? FileDigest.Sha256([_vocabulary]));
    }

    // What this run would store, as far as it knows: it takes the views, and the teacher if it has none, as they are.
    private StoreIndex IndexFor(StoreIndex stored) => stored with
    {
        Teacher = _opened?.Sha256 ?? stored.Teacher,
        TeacherPrompts = _opened?.PromptsSha256 ?? stored.TeacherPrompts,
        RoundPromptsToHalf = _config.Trainer.PromptKD.HalfPrompts,
        Pictures = _pictures.Digest,
        PictureCount = _pictures.Items.Count,
        Preprocessing = _preprocessing,
        FastJpeg = _config.Distill.FastJpeg,
        ViewAlgorithm = ViewGenerator.Algorithm,
    };

    private string ClassVectorKey(string teacher, string prompts)
    {
        PromptKDConfig settings = _config.Trainer.PromptKD;
        string[] made =
        [
            teacher, prompts, settings.CtxInit, settings.HalfPrompts.ToString(), _target.PrecisionName,
            string.Join('\n', settings.Templates), string.Join('\n', _config.Distill.Classes),
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join("\n\n", made))));
    }

    // Both see the same pixels, so that the student learns what the teacher saw.
    private static void RefuseOtherSizes(ClipArchitecture teacher, ClipCheckpoint student)
    {
        if (teacher.ImageSize != student.Architecture.ImageSize)
        {
            throw new PromptKDException(
                $"The teacher ({teacher.Name}) sees {teacher.ImageSize} pixels, the student ({student.Description}) "
                + $"{student.Architecture.ImageSize}. Choose two CLIPs of the same input size.");
        }
    }
}
