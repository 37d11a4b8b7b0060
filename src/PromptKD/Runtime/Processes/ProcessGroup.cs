namespace PromptKD.Runtime.Processes;

/// <summary>
/// The processes that were started together with this one, by mpirun or srun: distilling, teaching, training and storing
/// are shared among them. A process that was started alone needs nothing of this.
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
    /// <exception cref="PromptKDException">Another MPI than Open MPI started it, or several know nothing of each other.</exception>
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
    /// Ends the work of this process badly. Where all come to the same end within some seconds, as by a setting that none of
    /// them can use, each may say so and end by itself.
    /// </summary>
    /// <returns>
    /// Whether all did, and the first one speaks for them. If not, this process is to say what it has to, and to call
    /// <see cref="EndAll"/>.
    /// </returns>
    public static bool Fail()
    {
        if (s_joined is not { } joined)
        {
            return true;
        }

        if (joined.MeetAtEnd(failed: true, s_patience) != true)
        {
            return false;
        }

        s_joined = null;
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
}
