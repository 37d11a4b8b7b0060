namespace PromptKD.Runtime;

/// <summary>
/// With how many threads libtorch computes. It keeps one number for the process, but each thread that computes takes it
/// over when it first does so, and keeps that one: where the number is changed and put back, threads that began to
/// compute in between go on with the other one. Another number of threads adds in another order: last bits differ.
/// </summary>
internal static class ComputeThreads
{
    private static int s_changes;

    [ThreadStatic]
    private static int s_seen;

    /// <summary>Sets the number of the process.</summary>
    /// <param name="count">1 or more.</param>
    public static void Set(int count)
    {
        set_num_threads(count);
        s_seen = Interlocked.Increment(ref s_changes);
    }

    /// <summary>
    /// Lets the calling thread compute with the number of the process, where <see cref="Set"/> has ever changed that:
    /// what a host sets by itself is its own affair.
    /// </summary>
    public static void Follow()
    {
        int changes = Volatile.Read(ref s_changes);
        if (s_seen == changes)
        {
            return;
        }

        s_seen = changes;
        if (OfProcess() is var count && count != get_num_threads())
        {
            set_num_threads(count);
        }
    }

    // A thread that has computed nothing has the number of the process; there is no other way to ask for it.
    private static int OfProcess()
    {
        int count = 0;
        var asking = new Thread(() => count = get_num_threads());
        asking.Start();
        asking.Join();
        return count;
    }
}
