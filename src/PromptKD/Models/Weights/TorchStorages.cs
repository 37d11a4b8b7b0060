using PromptKD.Models.Weights.Pickle;

namespace PromptKD.Models.Weights;

/// <summary>How pickles refer to storages: by a tuple that torch calls a persistent id.</summary>
internal static class TorchStorages
{
    // torch counts them, or takes their address.
    private const int MaxKeyLength = 64;

    /// <param name="reference">
    /// ("storage", storage class, key, location, elements), and in the legacy format also None or a view of it:
    /// (view's key, first element, elements). The location ("cuda:0") only says where the tensor once was.
    /// </param>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static PickledStorage Parse(object?[] reference)
    {
        if (reference is not ["storage", PickleGlobal storageClass, string key, _, long count, ..] || count < 0
            || key.Length > MaxKeyLength)
        {
            throw new InvalidDataException("a reference to something that is no storage.");
        }

        ScalarType type = ElementTypes.FromPickle(storageClass.Name)
            ?? throw new InvalidDataException($"values of type {storageClass}, which is not supported.");
        if (reference.ElementAtOrDefault(5) is not { } view)
        {
            return new PickledStorage(key, type, count);
        }

        return view is object?[] and [_, long start, long elements] && start >= 0 && elements >= 0
            && elements <= count - start
            ? new PickledStorage(key, type, elements, start)
            : throw new InvalidDataException("a view that does not fit its storage.");
    }
}
