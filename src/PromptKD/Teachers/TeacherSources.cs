using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Features.Store;
using PromptKD.Runtime;

namespace PromptKD.Teachers;

/// <summary>What all teachers of a run are made of: one, as in the paper, or several.</summary>
internal sealed class TeacherSources : IDisposable
{
    private readonly ExperimentConfig _config;
    private readonly RunContext _context;
    private readonly IReadOnlyList<TeacherSource> _sources;

    private TeacherSources(ExperimentConfig config, RunContext context, IReadOnlyList<TeacherSource> sources)
    {
        _config = config;
        _context = context;
        _sources = sources;
    }

    /// <summary>SHA-256 of each teacher, its prompts and its vocabulary, by name.</summary>
    public IEnumerable<KeyValuePair<string, string>> Digests =>
        _sources.SelectMany((source, index) => source.Digests(index + 1));

    /// <summary>Which method learned each one's prompts, as <see cref="TeacherSource.Method"/>.</summary>
    public IReadOnlyList<string?> Methods => [.. _sources.Select(source => source.Method)];

    /// <summary>Width of the widest image tower that is opened; 0 where none is.</summary>
    public int VisionWidth => _sources.Max(source => source.VisionWidth);

    /// <summary>
    /// The first store, whose views all teachers see; null where all are live, or before one is made.
    /// </summary>
    public TeacherStore? Store => _sources.Select(source => source.Store).FirstOrDefault(store => store is not null);

    /// <summary>Of each store that is filled while the run goes on, who waits for it.</summary>
    public IReadOnlyList<StoreFilling> Fillings =>
        [.. _sources.Select(source => source.Filling).OfType<StoreFilling>()];

    /// <summary>Opens what there is to open, and refuses what does not fit.</summary>
    /// <param name="config">Names the teachers.</param>
    /// <param name="context">Where to compute, who watches.</param>
    /// <param name="own">The only teacher, where it is no CLIP.</param>
    /// <exception cref="PromptKDException">A file is missing or damaged, or does not fit the others.</exception>
    public static TeacherSources Open(ExperimentConfig config, RunContext context, IPictureTeacher? own = null)
    {
        TeacherList.CheckTarget(config.Distill);
        using var opened = new Unfinished();
        var sources = new List<TeacherSource>();
        foreach (DistillConfig one in TeacherList.Of(config.Distill))
        {
            sources.Add(opened.Add(TeacherSource.Open(
                config with { Distill = one }, context, own is null ? null : new OwnTeacher(own))));
        }

        RefuseOtherViews([.. sources.Select(source => source.Store).OfType<TeacherStore>()]);
        return opened.HandOver(new TeacherSources(config, context, sources));
    }

    /// <summary>Refuses stores that were made from something else.</summary>
    /// <exception cref="PromptKDException">As <see cref="TeacherSource.RefuseOther"/>.</exception>
    public void RefuseOther(PictureSet pictures)
    {
        foreach (TeacherSource source in _sources)
        {
            source.RefuseOther(pictures);
        }
    }

    /// <summary>The first teacher's class vectors: all that a trained student needs of its teachers.</summary>
    /// <exception cref="PromptKDException">As <see cref="TeacherSource.BuildClasses"/>.</exception>
    public ITeacher BuildClasses() => _sources[0].BuildClasses();

    /// <summary>The teachers, ready for training.</summary>
    /// <param name="folder">Folder of the run: receives the stores that DISTILL.VIEWS asks for.</param>
    /// <param name="pictures">What is trained on.</param>
    /// <param name="beside">As for <see cref="TeacherSource.Build"/>.</param>
    /// <exception cref="PromptKDException">As <see cref="TeacherSource.Build"/>.</exception>
    public ITeacher Build(string folder, PictureSet pictures, Func<StoreBeside>? beside = null)
    {
        using var built = new Unfinished();
        var members = new List<Teacher>();
        foreach ((int index, TeacherSource source) in _sources.Index())
        {
            string store = Path.Combine(folder, index == 0 ? "teacher-store" : $"teacher-store-{index + 1}");
            members.Add(built.Add(source.Build(store, pictures, beside)));
        }

        ITeacher teacher = TeacherCombination.Of(_config.Distill, members.Count) is { } combination
            ? new CombinedTeacher(members, combination, _config.Trainer.PromptKD.Temperature)
            : members[0];
        return built.HandOver(AskedTeacher.Of(
            teacher,
            _config.Distill.Target,
            _config.Trainer.PromptKD.Temperature,
            Store?.Index.ViewCount ?? 0,
            pictures.OnlyLearned([.. Enumerable.Range(0, pictures.Items.Count)]),
            _context.Observer));
    }

    /// <summary>
    /// Makes the missing shards of a part of the store that the teachers share, and nothing else: pictures are decoded
    /// once for all of them.
    /// </summary>
    /// <param name="folder">The store.</param>
    /// <param name="pictures">What is stored of.</param>
    /// <param name="part">Which shards.</param>
    /// <param name="keepsClasses">As for <see cref="TeacherSource.BeginStore"/>.</param>
    /// <param name="quantise">As for <see cref="TeacherSource.BeginStore"/>.</param>
    /// <returns>Shards that are still missing: other processes' parts.</returns>
    /// <exception cref="PromptKDException">As of <see cref="TeacherSource.BeginStore"/>.</exception>
    public int FillStores(
        string folder, PictureSet pictures, StorePart part, bool keepsClasses, QuantisedTower? quantise)
    {
        using var towers = new Unfinished();
        var making = new List<(StoreToMake Store, Preprocessing Preparation)>();
        foreach ((int index, TeacherSource source) in _sources.Index())
        {
            string own = SeveralStores.FolderOf(folder, index + 1);
            if (source.BeginStore(own, pictures, part, keepsClasses, quantise) is { } begun)
            {
                towers.Add(begun.Tower);
                making.Add((begun, source.Preparation));
            }
        }

        foreach ((int index, TeacherSource source) in _sources.Index())
        {
            int shards = making.Find(one => one.Store.Store == source.Store).Store?.Shards.Count ?? 0;
            string whose = _sources.Count == 1 ? "the teacher's" : $"teacher {index + 1}'s";
            _context.Observer.OnPhase(
                $"Storing {whose} features in {source.Store!.Folder}: {Counted.Of(shards, "shard")} to make, "
                + $"{Counted.Of(source.Store.Index.ViewCount, "view")}");
        }

        if (making.Count > 0)
        {
            StoreFiller.Run(
                _config,
                _context,
                pictures,
                [.. making.Select(one => one.Store)],
                [.. making.Select(one => one.Preparation).Distinct()]);
        }

        _context.Digests.Save();
        return _sources.Sum(source => source.Store!.CountMissing());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TeacherSource source in _sources)
        {
            source.Dispose();
        }
    }

    private static void RefuseOtherViews(TeacherStore[] stores)
    {
        foreach (TeacherStore other in stores.Skip(1))
        {
            stores[0].Index.RefuseOtherViews(stores[0].Folder, other.Index, other.Folder);
        }
    }
}
