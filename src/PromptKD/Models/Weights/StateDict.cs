using System.Globalization;
using PromptKD.Models.Weights.Pickle;

namespace PromptKD.Models.Weights;

/// <summary>Finds the tensors of a pickled object and the names they go by.</summary>
internal static class StateDict
{
    // Modules nest about ten deep. Objects may be shared, so a short pickle can describe an endless tree: what the way
    // through it takes is paid for like the pickle itself.
    private const int MaxDepth = 32;

    // A module pickled as an object keeps its tensors in these; its state dict does not name them.
    private static readonly HashSet<string> s_transparent = ["_parameters", "_buffers", "_modules"];

    /// <param name="path">For error messages.</param>
    /// <param name="root">
    /// A checkpoint with an entry <c>state_dict</c> or <c>model_state_dict</c>, a bare state dict, or a (TorchScript)
    /// module.
    /// </param>
    /// <exception cref="PromptKDException">There are no tensors, or it is nested beyond reason.</exception>
    public static List<KeyValuePair<string, StoredTensor>> Flatten(string path, object? root)
    {
        try
        {
            List<KeyValuePair<string, StoredTensor>> found = Flatten(root);
            return found.Count > 0
                ? found
                : throw new PromptKDException($"{path}: a pickle without a single tensor: not a checkpoint.");
        }
        catch (InvalidDataException error)
        {
            throw new PromptKDException($"{path}: not a checkpoint: {error.Message}", error);
        }
    }

    private static List<KeyValuePair<string, StoredTensor>> Flatten(object? root)
    {
        var saved = root as PickleDictionary;
        object? top = saved?.Find<PickleDictionary>("state_dict")
            ?? saved?.Find<PickleDictionary>("model_state_dict") ?? root;
        var found = new List<KeyValuePair<string, StoredTensor>>();
        var pending = new Stack<(string Name, int Depth, object? Value)>([("", 0, top)]);
        var budget = new PickleBudget(PickleKind.Checkpoint.Budget);
        while (pending.TryPop(out (string Name, int Depth, object? Value) item))
        {
            if (item.Value is StoredTensor tensor)
            {
                budget.Spend(2 * PickleBudget.Object);
                found.Add(new(item.Name, tensor));
                continue;
            }

            PushChildren(item, pending, budget);
        }

        return found;
    }

    private static void PushChildren(
        (string Name, int Depth, object? Value) item,
        Stack<(string Name, int Depth, object? Value)> pending,
        PickleBudget budget)
    {
        // A stack turns the order around: the last child goes in first, so that the first comes out first.
        foreach ((string name, object? child) in Children(item.Value).Reverse())
        {
            if (item.Depth >= MaxDepth)
            {
                throw new InvalidDataException("its objects are nested too deep.");
            }

            budget.Spend((4 * PickleBudget.Reference) + (sizeof(char) * ((long)item.Name.Length + name.Length)));
            pending.Push((Join(item.Name, name), item.Depth + 1, child));
        }
    }

    private static IEnumerable<(string Name, object? Value)> Children(object? value) => value switch
    {
        PickleDictionary dictionary => dictionary.Select(entry => (NameOf(entry.Key), entry.Value)),
        PickleObject { State: PickleDictionary state } => Children(state),
        PickleObject { Entries: { Count: > 0 } entries } => Children(entries),
        IReadOnlyList<object?> list => list.Select((item, i) => (i.ToString(CultureInfo.InvariantCulture), item)),
        _ => [],
    };

    private static string NameOf(object key) => key switch
    {
        string text => text,
        long integer => integer.ToString(CultureInfo.InvariantCulture),
        _ => "?",
    };

    private static string Join(string prefix, string name) => s_transparent.Contains(name) ? prefix
        : prefix.Length == 0 ? name
        : $"{prefix}.{name}";
}
