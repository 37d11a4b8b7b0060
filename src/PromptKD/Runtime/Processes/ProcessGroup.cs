namespace PromptKD.Runtime.Processes;

/// <summary>
/// The processes that were started together with this one, by mpirun or srun: distilling, teaching, training, storing,
/// predicting and evaluating are shared among them. A process that was started alone needs nothing of this.
/// </summary>
/// <remarks>
/// Open MPI joins processes once, for as long as they live. So this is one for the process, and whoever uses it calls
/// <see cref="Finish"/> or <see cref="Fail"/> before the process ends.
/// </remarks>
public static class ProcessGroup
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly Lazy<ProcessPlace> s_place = new(ProcessPlace.OfThisProcess);
    private static MpiProcesses? s_joined;

    /// <summary>This process, from 0, as whoever started it says; 0 for one that was started alone.</summary>
    /// <exception cref="PromptKDException">
    /// Another MPI than Open MPI started it, or several know nothing of each other.
    /// </exception>
    public static int Rank => s_place.Value.Rank;

    /// <summary>How many processes were started together.</summary>
    /// <exception cref="PromptKDException">As <see cref="Rank"/>.</exception>
    public static int Size => s_place.Value.Size;

    /// <summary>
    /// How many processes were started together; 1 where what the environment says cannot be shared, which
    /// <see cref="Size"/> refuses.
    /// </summary>
    public static int Count
    {
        get
        {
            try
            {
                return Size;
            }
            catch (PromptKDException)
            {
                return 1;
            }
        }
    }

    /// <summary>
    /// How many cores of its machine are this process's share: all of them for one that was started alone.
    /// </summary>
    public static int Cores => Count > 1 ? Place.Cores() : Environment.ProcessorCount;

    /// <summary>Whether another process speaks for this one.</summary>
    public static bool IsFollower => Count > 1 && Rank > 0;

    /// <summary>Ends the work of this process well: waits for the others.</summary>
    public static void Finish()
    {
        if (s_joined is { } joined)
        {
            s_joined = null;
            joined.MeetAtEnd(failed: false, Timeout.InfiniteTimeSpan);
            joined.Leave();
        }
    }

    /// <summary>
    /// Ends the work of this process badly. Where all come to the same end within some seconds, as by a setting that
    /// none of them can use, the first one says so, and each ends by itself.
    /// </summary>
    /// <param name="say">
    /// Says why; called in the first process, before any of them ends, and in one that is alone.
    /// </param>
    /// <returns>
    /// Whether all did. If not, this process is to say what it has to, and to call <see cref="EndAll"/>.
    /// </returns>
    public static bool Fail(Action say)
    {
        if (FindJoined() is not { } joined)
        {
            say();
            return true;
        }

        if (joined.MeetAtEnd(failed: true, s_patience) != true)
        {
            return false;
        }

        if (joined.IsLeader())
        {
            say();
        }

        s_joined = null;
        joined.MeetAtEnd(failed: true, s_patience);
        joined.Leave();
        return true;
    }

    /// <summary>Ends all processes at once. Does not return where there are others.</summary>
    /// <param name="code">What they end with.</param>
    public static void EndAll(int code) => s_joined?.EndAll(code);

    internal static ProcessPlace Place => s_place.Value;

    /// <summary>Joins the processes that were started with this one, at the first call.</summary>
    /// <exception cref="PromptKDException">There is no Open MPI.</exception>
    internal static IProcessGroup Join()
    {
        if (!s_place.Value.IsShared)
        {
            return OneProcess.Instance;
        }

        return s_joined ??= new MpiProcesses(MpiLibrary.Open());
    }

    // One that failed before it joined the others joins them to say so: they may have failed alike.
    private static MpiProcesses? FindJoined()
    {
        try
        {
            Join();
        }
        catch (PromptKDException)
        {
            // They cannot be joined, which is what is to be said, or no worse.
        }

        return s_joined;
    }
}
