using PromptKD.Configuration;
using PromptKD.Runtime;

namespace PromptKD.Features.Store;

/// <summary>
/// A store that others fill while it is read. Each shard is checked once, when it is first needed; one that is damaged
/// counts as missing, since whoever fills the store makes it again.
/// </summary>
internal sealed class StoreFilling
{
    private readonly RunContext _context;
    private readonly FillingWait _wait;
    private readonly string _folder;
    private readonly StoreIndex _index;
    private readonly bool[] _isThere;
    private readonly Dictionary<int, (DateTime Written, string Fault)> _faults = [];
    private string[] _missing = [];
    private int _count;

    /// <param name="store">The store, begun.</param>
    /// <param name="limit">How long nothing may be written before it is given up.</param>
    /// <param name="context">Who is told, what is remembered of shards, what ends the waiting.</param>
    public StoreFilling(TeacherStore store, TimeSpan limit, RunContext context)
    {
        _context = context;
        _folder = store.Folder;
        _index = store.Index;
        _wait = new FillingWait(store.Folder, limit, context);
        _isThere = new bool[store.Index.ShardCount];
    }

    /// <summary>Why nobody waits any longer; null while it is worth while.</summary>
    public PromptKDException? GivenUp => _wait.IsOver ? _wait.GiveUp(DescribeMissing()) : null;

    /// <summary>Opens a store; where DISTILL.WHILE_FILLING says so, as soon as somebody has begun it.</summary>
    /// <param name="paths">DISTILL.STORE and how it is waited for.</param>
    /// <param name="context">Who is told, what ends the waiting.</param>
    /// <returns>The store, and who waits for its shards; nobody where it has to be complete.</returns>
    /// <exception cref="PromptKDException">There is none, or nobody begins it.</exception>
    public static (TeacherStore Store, StoreFilling? Filling) Open(DistillConfig paths, RunContext context)
    {
        if (!paths.WhileFilling)
        {
            return (TeacherStore.Open(paths.Store), null);
        }

        var limit = TimeSpan.FromMinutes(paths.FillingMinutes);
        new FillingWait(paths.Store, limit, context).Until(
            () => TeacherStore.IsBegun(paths.Store),
            () => $"the teacher store {paths.Store}: nobody has begun it.");
        var store = TeacherStore.Open(paths.Store);
        return (store, new StoreFilling(store, limit, context));
    }

    /// <summary>
    /// Waits for class vectors that whoever fills the store may keep: they are written before the first shard.
    /// </summary>
    /// <param name="key">As for <see cref="TeacherStore.HasClassVectors"/>.</param>
    /// <exception cref="PromptKDException">Neither they nor the shard come.</exception>
    public void WaitForClassVectors(string key) => _wait.Until(
        () => File.Exists(StoreShard.PathOf(_folder, 0))
            || File.Exists(StoredVectors.PathOf(_folder, key)),
        () => $"the class vectors of the teacher store {_folder}, or its first shard.");

    /// <summary>Whether the features of some pictures are there.</summary>
    public bool Has(IEnumerable<int> pictures)
    {
        int[] shards = [.. pictures.Select(picture => picture / _index.PicturesPerShard).Distinct().Order()];
        _missing = [.. shards.Select(FindFault).OfType<string>()];
        if (_missing.Length > 0)
        {
            return false;
        }

        _wait.End();
        return true;
    }

    /// <summary>Lets a moment go by, and says now and then what is missing.</summary>
    public void Rest() => _wait.Rest(DescribeMissing);

    /// <summary>Waits until the features of some pictures are there.</summary>
    /// <exception cref="PromptKDException">Nobody makes them.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public void WaitFor(IEnumerable<int> pictures) => _wait.Until(() => Has(pictures), DescribeMissing);

    private string DescribeMissing()
    {
        string shards = StoreShard.FolderOf(_folder);
        int there = Directory.Exists(shards) ? Directory.EnumerateFiles(shards, "*.safetensors").Count() : 0;
        return $"the teacher store {_folder}: of {Counted.Of(_isThere.Length, "shard")} {there} are there, and the "
            + $"next pictures need {_missing.Length} more, the first {_missing.FirstOrDefault()}.";
    }

    private string? FindFault(int shard)
    {
        if (_isThere[shard])
        {
            return null;
        }

        DateTime written = File.GetLastWriteTimeUtc(StoreShard.PathOf(_folder, shard));
        if (_faults.TryGetValue(shard, out (DateTime Written, string Fault) known) && known.Written == written)
        {
            return known.Fault;
        }

        if (StoreShard.FindFault(_folder, shard, _index, _context.Digests) is { } fault)
        {
            _faults[shard] = (written, fault);
            return fault;
        }

        _isThere[shard] = true;
        if (++_count == _isThere.Length)
        {
            TellComplete();
        }

        return null;
    }

    private void TellComplete()
    {
        _context.Digests.Save();
        if (_wait.Total > TimeSpan.Zero)
        {
            _context.Observer.OnPhase(
                $"The teacher store {_folder} is complete; waited {FillingWait.Words(_wait.Total)} for it in all");
        }
    }
}
