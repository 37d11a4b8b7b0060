namespace PromptKD.Data.Pictures;

/// <summary>Counts what is left out while a folder or a shard is listed.</summary>
internal sealed class LeftOutCounter
{
    private readonly SortedDictionary<string, int> _kinds = new(StringComparer.Ordinal);
    private readonly List<string> _withoutEnd = [];

    /// <summary>Counts some of a kind.</summary>
    public void Add(string kind, int count = 1)
    {
        if (count > 0)
        {
            _kinds[kind] = _kinds.GetValueOrDefault(kind) + count;
        }
    }

    /// <summary>Counts a file by its name.</summary>
    /// <param name="path">With '/' before the name, where it has folders.</param>
    public void AddFile(string path) => Add(LeftOutKinds.Of(path[(path.LastIndexOf('/') + 1)..]));

    /// <summary>Takes down an archive that may have been cut behind its last file.</summary>
    public void AddWithoutEnd(string archive) => _withoutEnd.Add(archive);

    /// <summary>Counts what another one counted.</summary>
    public void Add(LeftOutCounter other)
    {
        _withoutEnd.AddRange(other._withoutEnd);
        foreach ((string kind, int count) in other._kinds)
        {
            Add(kind, count);
        }
    }

    /// <summary>What was counted.</summary>
    /// <param name="place">Where, for messages.</param>
    public LeftOut At(string place) => new(place, new SortedDictionary<string, int>(_kinds, StringComparer.Ordinal))
    {
        WithoutEnd = [.. _withoutEnd],
    };
}
