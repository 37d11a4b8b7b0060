using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Features;
using PromptKD.Features.Store;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Runs;

/// <summary>Everything that a run is made from, opened, checked and hashed before the first step.</summary>
internal sealed class RunInputs : IDisposable
{
    private readonly RunSettings _settings;
    private readonly RunContext _context;
    private readonly ClipCheckpoint _clip;
    private readonly TeacherSources? _teachers;
    private readonly string _vocabulary = "";

    private RunInputs(RunSettings settings, RunContext context)
    {
        using var parts = new Unfinished();
        _settings = settings;
        _context = context;
        ExperimentConfig config = settings.Config;
        context.Observer.OnPhase($"Reading {settings.Clip}");
        _clip = parts.Add(ModelFiles.OpenClip(settings.Clip, settings.PictureSize, context.Observer, context.Stop));
        context.Digests.Watched.Add(_clip.WeightFiles);
        if (settings.Method.LearnsFrom == Supervision.Teacher)
        {
            PromptKDMethod.CheckTower(_clip, config.Trainer.PromptKD);
            PromptKDMethod.CheckProcesses(config.Trainer.PromptKD, context.Processes);
        }

        _clip.ComputeOn(context.Target);
        Preparation = TowerPreparation.Of(config.Input, _clip);
        Pictures = PictureSet.Hash(
            settings.PictureRoot, settings.Pictures, context.Digests, context.Observer, context.Stop)
            .HoldOut(settings.Holdout, config.Seed);
        Pictures.RefuseUnreadable(config.Distill.Strict);
        UnreadableMeasured = PictureSet.NameUnreadable(
            settings.PictureRoot,
            settings.Measured,
            config.Distill.Strict,
            context.Digests,
            context.Observer,
            context.Stop);
        var digests = new SortedDictionary<string, string>
        {
            ["class names"] = FileDigest.OfText(string.Join('\n', settings.ClassNames)),
            ["pictures"] = Pictures.Digest,
        };
        if (settings.Method.LearnsFrom == Supervision.Teacher)
        {
            _teachers = parts.Add(TeacherSources.Open(config, context, settings.OwnTeacher));
            if (settings.Pictures.Count > 0)
            {
                _teachers.RefuseOther(Pictures);
            }

            digests["student"] = FileDigest.Sha256(_clip.WeightFiles, context.Digests, context.Stop);
            foreach ((string name, string digest) in _teachers.Digests)
            {
                digests[name] = digest;
            }

            if (!config.Trainer.PromptKD.SharedText)
            {
                _vocabulary = ModelFiles.FindVocabulary(config.Distill.Vocab, _clip.Folder, context.Stop);
                digests["student vocabulary"] = FileDigest.Sha256([_vocabulary], context.Digests);
            }
        }
        else
        {
            _vocabulary = ModelFiles.FindVocabulary(config.Distill.Vocab, _clip.Folder, context.Stop);
            digests["clip"] = FileDigest.Sha256(_clip.WeightFiles, context.Digests, context.Stop);
            digests["vocabulary"] = FileDigest.Sha256([_vocabulary], context.Digests);
        }

        if (config.Model.InitWeights is { Length: > 0 } initial)
        {
            digests["initial model"] = FileDigest.Sha256([initial], context.Digests, context.Stop);
        }

        Digests = digests;
        context.Digests.Save();
        context.Target.UseThreadsFor(Math.Max(_clip.Architecture.VisionWidth, _teachers?.VisionWidth ?? 0));
        parts.HandOver(this);
    }

    /// <summary>The pictures that are learned from.</summary>
    public PictureSet Pictures { get; }

    /// <summary>Those of <see cref="RunSettings.Measured"/> that cannot be read; named already.</summary>
    public IReadOnlyList<SkippedPicture> UnreadableMeasured { get; }

    /// <summary>How the pictures of the CLIP that is prompted are prepared.</summary>
    public Preprocessing Preparation { get; }

    /// <summary>Sizes of the CLIP that is prompted.</summary>
    public ClipArchitecture Architecture => _clip.Architecture;

    /// <summary>SHA-256 of each input, by name.</summary>
    public IReadOnlyDictionary<string, string> Digests { get; }

    /// <summary>
    /// Whom the method learns from, once it is built; null where it learns from labels. The method's own.
    /// </summary>
    public ITeacher? Teacher { get; private set; }

    /// <summary>
    /// Which method learned each teacher's prompts; empty for plain CLIP, null where a store does not say it.
    /// </summary>
    public IReadOnlyList<string?> TeacherMethods => _teachers?.Methods ?? [];

    /// <summary>What the student's tower gives, stored; null where nothing learns from that.</summary>
    public StudentStore? StudentStore => !_settings.StartsOnFeatures
        ? null
        : new StudentStore(_settings, _context, Pictures, Preparation, Digests["student"]);

    /// <summary>
    /// The class vectors of the CLIP that is prompted, by its own text tower, once the method is built; null where they
    /// are not asked for, or cannot be had.
    /// </summary>
    public ClassVectors? OwnClassVectors { get; private set; }

    /// <summary>
    /// The views that are stored of each picture, and how many; null where each epoch has views of its own.
    /// </summary>
    public (ViewGenerator Views, int Count)? StoredViews =>
        _teachers?.Store is { } store ? (store.Index.Views, store.Index.ViewCount) : null;

    /// <summary>Pictures of a shard of the stores; null where nothing is stored.</summary>
    public int? PicturesPerShard => _teachers?.Store?.Index.PicturesPerShard;

    /// <summary>Of each store that is filled while the run goes on, who waits for it.</summary>
    public IReadOnlyList<StoreFilling> Fillings => _teachers?.Fillings ?? [];

    /// <summary>The configuration with what the models decided: the size of the pictures.</summary>
    public ExperimentConfig Resolved => _settings.Config with
    {
        Input = _settings.Config.Input with { Size = [Preparation.Size, Preparation.Size] },
    };

    /// <summary>The tokenizer of the CLIP that is prompted, where the method has a text tower.</summary>
    public Lazy<ITextTokenizer> Tokenizer => new(() => TextTokenizers.Load(_vocabulary));

    /// <summary>Opens models, vocabulary and stores, and hashes them and the pictures.</summary>
    /// <param name="settings">What the run does.</param>
    /// <param name="context">Where it computes, who watches, when it stops.</param>
    /// <exception cref="PromptKDException">An input is missing, damaged, or does not fit the others.</exception>
    public static RunInputs Open(RunSettings settings, RunContext context) => new(settings, context);

    /// <summary>
    /// Builds what is trained. Where DISTILL.VIEWS asks for it, the teacher's features are stored first.
    /// </summary>
    /// <param name="folder">Folder of the run: receives the stores.</param>
    public ITrainedMethod BuildMethod(string folder)
    {
        Teacher = _teachers?.Build(
            folder, Pictures, StudentStore is { } student ? () => student.Beside(folder, _clip) : null);
        OwnClassVectors = _settings.MeasuresUntrained ? ReadOwnClassVectors() : null;
        using var built = new Unfinished();
        var method = (ITrainedMethod)built.Add(Build(Teacher));
        if (_settings.Config.Model.InitWeights.Length > 0)
        {
            InitialWeights.Load(method, _settings.Method.Name, _settings.Config.Model.InitWeights);
        }

        built.HandOver(method);
        return AveragedMethod.Of(method, _settings.Average);
    }

    /// <summary>
    /// Lets frozen weights that a checkpoint carries take the place of the CLIP's own, as in the reference. To be
    /// called before anything is built.
    /// </summary>
    /// <param name="checkpoint">A checkpoint of the run's method.</param>
    /// <exception cref="PromptKDException">It cannot be read, or was learned on a CLIP of other sizes.</exception>
    public void TakeFrozen(string checkpoint)
    {
        using var learned = LearnedCheckpoint.Open(checkpoint);
        learned.Check(_clip.Architecture);
        _clip.Replace(learned.ReadFrozen(_clip.Architecture));
    }

    /// <summary>As <see cref="BuildMethod"/>, to classify only: no teacher's image tower is read.</summary>
    public IClassifier BuildClassifier() => Build(_teachers?.BuildClasses());

    /// <summary>Loads the pictures, prepared for all that look at them: once the method is built.</summary>
    public PictureLoader MakeLoader() => new(
        Pictures.Items,
        [Preparation, .. Teacher?.Preparations ?? []],
        LoadingSettings.Options(_settings.Config, _context.Target.Device));

    /// <inheritdoc/>
    public void Dispose()
    {
        _clip.Dispose();
        _teachers?.Dispose();
        OwnClassVectors?.Dispose();
    }

    // Nothing hangs on them but a row of the metrics: a CLIP without its texts is distilled all the same. Nothing is
    // fetched for them, either.
    private ClassVectors? ReadOwnClassVectors()
    {
        try
        {
            _clip.Architecture.RequireTexts(_clip.Description);
            PromptKDConfig names = _settings.Config.Trainer.PromptKD;
            string vocabulary = VocabularyFile.Find(_settings.Config.Distill.Vocab, _clip.Folder)
                ?? throw new PromptKDException("its vocabulary is not on this machine.");

            // Its weights stay those of the student.
            return new FrozenClip(_clip, prompts: null, _context.Target).ReadClassVectors(
                TextTokenizers.Load(vocabulary),
                _settings.ClassNames,
                [.. names.Templates.Select(pattern => new PromptTemplate(pattern))],
                contextText: "",
                roundToHalf: false);
        }
        catch (PromptKDException fault)
        {
            _context.Observer.OnPhase($"The student is not measured as it comes: {fault.InWords}");
            return null;
        }
    }

    // Frees the checkpoint: the method has taken its copy.
    private IClassifier Build(ITeacher? teacher)
    {
        IClassifier built = _settings.Method.Build(new MethodInputs
        {
            Config = _settings.Config,
            Clip = _clip,
            ClassNames = _settings.ClassNames,
            Target = _context.Target,
            Tokenizer = Tokenizer,
            Teacher = teacher,
            Warn = _context.Observer.OnWarning,
        });
        _clip.Dispose();
        _context.Digests.Watched.RefuseChanged();
        return built;
    }
}
