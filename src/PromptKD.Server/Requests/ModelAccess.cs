using PromptKD.Server.Models;

namespace PromptKD.Server.Requests;

/// <summary>Opens the model that a request names.</summary>
internal static class ModelAccess
{
    /// <summary>Begins a request to a model.</summary>
    /// <param name="registry">Has the models.</param>
    /// <param name="model">NAME or NAME@VERSION; null for the first.</param>
    /// <exception cref="Refusal">There is none, or it is not loaded yet.</exception>
    public static ModelLease Open(this ModelRegistry registry, string? model)
    {
        string[] parts = model?.Split('@', 2) ?? [];
        return registry.Open(parts is [var name, ..] ? name : null, parts is [_, var version] ? version : null);
    }

    /// <summary>Begins a request to a model.</summary>
    /// <param name="registry">Has the models.</param>
    /// <param name="name">Its name; null for the first.</param>
    /// <param name="version">Its version; null for the newest.</param>
    /// <exception cref="Refusal">There is none, or it is not loaded yet.</exception>
    public static ModelLease Open(this ModelRegistry registry, string? name, string? version) =>
        registry.Slot(name, version).TryEnter()
            ?? throw Refusal.Busy("loading", "The model is not loaded yet. Come again.");

    /// <summary>The place of a model.</summary>
    /// <exception cref="Refusal">There is none.</exception>
    public static ModelSlot Slot(this ModelRegistry registry, string? name, string? version) =>
        registry.Find(name, version) ?? throw Refusal.NotFound(
            $"There is no model '{Runtime.Printable.Line(version is null ? name : $"{name}@{version}")}', but "
            + $"{string.Join(", ", registry.Slots.Select(slot => $"{slot.Source.Name}@{slot.Source.Version}"))}.");
}
