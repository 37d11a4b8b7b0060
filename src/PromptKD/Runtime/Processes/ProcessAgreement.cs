namespace PromptKD.Runtime.Processes;

/// <summary>
/// Processes that work together have to be told the same: what differs is refused by process and by name.
/// </summary>
internal static class ProcessAgreement
{
    private sealed record Told(string Machine, SortedDictionary<string, string> Values);

    /// <summary>Refuses values that differ.</summary>
    /// <param name="processes">All of them.</param>
    /// <param name="own">
    /// This process's, by name, in the order in which they are compared; one that is missing is a default.
    /// </param>
    /// <param name="advice">What to do, without a full stop.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="PromptKDException">One differs; the message names it, and whose it is.</exception>
    public static void Check(
        IProcessGroup processes, SortedDictionary<string, string> own, string advice, CancellationToken stop)
    {
        if (processes.IsAlone())
        {
            return;
        }

        Told[] all = processes.GatherValues(new Told(Environment.MachineName, own), stop);
        for (int rank = 1; rank < all.Length; rank++)
        {
            string? name = all[0].Values.Keys.Union(all[rank].Values.Keys).Order(StringComparer.Ordinal)
                .FirstOrDefault(key => all[0].Values.GetValueOrDefault(key) != all[rank].Values.GetValueOrDefault(key));
            if (name is not null)
            {
                throw new PromptKDException(
                    $"{processes.Name(rank)} (on {all[rank].Machine}) differs from process 1 (on {all[0].Machine}): "
                    + $"{name} is {Show(all[rank], name)} there, {Show(all[0], name)} here. {advice}.");
            }
        }
    }

    private static string Show(Told told, string name) => told.Values.GetValueOrDefault(name) ?? "the default";
}
