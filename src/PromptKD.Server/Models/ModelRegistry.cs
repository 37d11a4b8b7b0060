using System.Diagnostics.Metrics;
using PromptKD.Server.Batching;
using PromptKD.Server.Operations;

namespace PromptKD.Server.Models;

/// <summary>All models by name and version.</summary>
internal sealed class ModelRegistry : IDisposable
{
    private const double UnsureBelow = 0.5;

    private volatile bool _isEnding;

    /// <param name="options">Say what is served.</param>
    /// <param name="meters">Measure it.</param>
    public ModelRegistry(PromptKDServerOptions options, ServerMeters meters)
    {
        options.Check();
        Slots =
        [
            .. ModelSource.ParseAll(options.Models).Select(source => new ModelSlot(
                source,
                new QueuePlaces(options.Queue),
                new ModelMeters(meters, source.Name, source.Version, options.Threshold ?? UnsureBelow))),
        ];
        meters.Watch(() => Measure(slot => slot.Places.Taken), () => Measure(slot => slot.Waiting));
    }

    /// <summary>In the order in which they were named.</summary>
    public IReadOnlyList<ModelSlot> Slots { get; }

    /// <summary>Whether every model is loaded, and the server is not about to stop.</summary>
    public bool IsReady => !_isEnding && Slots.All(slot => slot.IsLoaded);

    /// <summary>Why the server is not ready, in words.</summary>
    public string State => _isEnding ? "stopping" : IsReady ? "ready" : "loading";

    /// <summary>Turns unready: the server is about to stop.</summary>
    public void BeginEnd() => _isEnding = true;

    /// <summary>The place of a model.</summary>
    /// <param name="name">Its name; null for the first of all.</param>
    /// <param name="version">Its version; null for the newest.</param>
    /// <returns>Null where there is none.</returns>
    public ModelSlot? Find(string? name, string? version = null) => name is null
        ? Slots[0]
        : Slots.Where(slot => slot.Source.Name == name && (version is null || slot.Source.Version == version))
            .MaxBy(slot => slot.Source.Version, VersionOrder.Instance);

    /// <summary>The versions of a model.</summary>
    public IEnumerable<ModelSlot> Versions(string name) => Slots.Where(slot => slot.Source.Name == name);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ModelSlot slot in Slots)
        {
            slot.Dispose();
        }
    }

    private IEnumerable<Measurement<int>> Measure(Func<ModelSlot, int> count) =>
        Slots.Select(slot => new Measurement<int>(count(slot), slot.Meters.Tags));
}
