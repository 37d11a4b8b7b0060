namespace PromptKD.Scale;

/// <summary>
/// The exchanges of a step, message by message: what <c>MpiProcesses</c> asks of Open MPI, in the rounds in which Open
/// MPI makes it.
/// </summary>
internal static class Exchanges
{
    // Below it Open MPI gathers in rounds that double; above, and where parts are handed round, each goes once round
    // the ring.
    private const double LargestDoubled = 80 << 10;

    // A processor adds and copies at this pace, bytes a second.
    private const double AddedASecond = 4e9;

    /// <summary>Each hands all others its part: <c>Exchange</c>.</summary>
    /// <param name="cluster">The processes.</param>
    /// <param name="bytes">Of one part.</param>
    public static void Gather(Cluster cluster, double bytes)
    {
        if (bytes * cluster.Size <= LargestDoubled)
        {
            for (int held = 1; held < cluster.Size; held *= 2)
            {
                cluster.Shift(held, bytes * Math.Min(held, cluster.Size - held));
            }

            return;
        }

        for (int round = 1; round < cluster.Size; round++)
        {
            cluster.Shift(1, bytes);
        }
    }

    /// <summary>
    /// All get the sum of what each has: <c>Sum</c>. Each adds up one part of all, and hands its sum to the others.
    /// </summary>
    /// <param name="cluster">The processes.</param>
    /// <param name="bytes">That each has.</param>
    public static void Sum(Cluster cluster, double bytes)
    {
        double part = bytes / cluster.Size;
        for (int distance = 1; distance < cluster.Size; distance++)
        {
            cluster.Shift(distance, part);
        }

        // Copied out, added up, copied back.
        cluster.Work(_ => 3 * bytes / AddedASecond);
        Gather(cluster, part);
    }
}
