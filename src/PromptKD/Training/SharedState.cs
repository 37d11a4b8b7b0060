using PromptKD.Runtime.Processes;

namespace PromptKD.Training;

/// <summary>Named tensors of the first process, handed to the others.</summary>
internal static class SharedState
{
    private sealed record Head(string Name, int Type, long[] Shape);

    /// <summary>Copies the first process's values into the places that the others have under the same names.</summary>
    /// <param name="processes">All of them.</param>
    /// <param name="places">As many, of the same shapes, in each.</param>
    /// <param name="stop">Ends the waiting.</param>
    public static void Copy(
        IProcessGroup processes, IReadOnlyList<KeyValuePair<string, Tensor>> places, CancellationToken stop)
    {
        if (processes.IsAlone())
        {
            return;
        }

        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> values = Send(processes, places, stop);
        foreach ((string name, Tensor place) in places)
        {
            place.copy_(values[name]);
        }
    }

    /// <summary>The first process's tensors, in main memory; they belong to the scope that is open.</summary>
    /// <param name="processes">All of them.</param>
    /// <param name="own">Asked of the first process alone.</param>
    /// <param name="stop">Ends the waiting.</param>
    public static IReadOnlyDictionary<string, Tensor> Send(
        IProcessGroup processes, IReadOnlyList<KeyValuePair<string, Tensor>> own, CancellationToken stop)
    {
        Head[] heads = processes.FromLeader(
            () => own.Select(named => new Head(named.Key, (int)named.Value.dtype, named.Value.shape)).ToArray(), stop);
        var values = new Dictionary<string, Tensor>();
        foreach ((int place, Head head) in heads.Index())
        {
            Tensor value = processes.IsLeader()
                ? own[place].Value.detach().cpu().contiguous().clone()
                : zeros(head.Shape, (ScalarType)head.Type);
            processes.BroadcastLong(value.bytes);
            values.Add(head.Name, value);
        }

        return values;
    }
}
