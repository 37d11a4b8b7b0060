using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace PromptKD.Runtime.Processes;

/// <summary>What follows from the few calls of a group.</summary>
internal static class ProcessGroupExtensions
{
    // Between processes of one program: nobody else reads it. A loss need not be a number.
    private static readonly JsonSerializerOptions s_json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    // A call of MPI counts in 32 bits.
    private const int Chunk = 1 << 28;

    /// <summary>The part of this process.</summary>
    public static ProcessShare Share(this IProcessGroup processes) => new(processes.Rank, processes.Size);

    /// <summary>Whether this process works alone.</summary>
    public static bool IsAlone(this IProcessGroup processes) => processes.Size == 1;

    /// <summary>Whether this process writes the files and speaks for all.</summary>
    public static bool IsLeader(this IProcessGroup processes) => processes.Rank == 0;

    /// <summary>A process as people count it.</summary>
    public static string Name(this IProcessGroup processes, int rank) => $"process {rank + 1} of {processes.Size}";

    /// <summary>Hands bytes of any length to all. May wait long.</summary>
    /// <param name="processes">All of them.</param>
    /// <param name="own">This process's.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <returns>Those of each process, by rank.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public static byte[][] Gather(this IProcessGroup processes, byte[] own, CancellationToken stop)
    {
        if (processes.IsAlone())
        {
            return [own];
        }

        processes.Wait(stop);
        int[] lengths = MemoryMarshal.Cast<byte, int>(processes.Exchange(BitConverter.GetBytes(own.Length))).ToArray();
        var all = new byte[processes.Size][];
        for (int rank = 0; rank < all.Length; rank++)
        {
            all[rank] = rank == processes.Rank ? own : new byte[lengths[rank]];
            processes.BroadcastLong(all[rank], rank);
        }

        return all;
    }

    /// <summary>What each process has, by rank.</summary>
    /// <typeparam name="T">Something that JSON can carry.</typeparam>
    /// <param name="processes">All of them.</param>
    /// <param name="own">This process's.</param>
    /// <param name="stop">Ends the waiting.</param>
    public static T[] GatherValues<T>(this IProcessGroup processes, T own, CancellationToken stop) =>
        processes.IsAlone()
            ? [own]
            : [
                .. processes.Gather(JsonSerializer.SerializeToUtf8Bytes(own, s_json), stop)
                    .Select(bytes => JsonSerializer.Deserialize<T>(bytes, s_json)!),
            ];

    /// <summary>What the first process has.</summary>
    /// <typeparam name="T">Something that JSON can carry.</typeparam>
    /// <param name="processes">All of them.</param>
    /// <param name="own">Asked for in the first process alone; where it cannot be had there, all are told why.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="PromptKDException">The first process's.</exception>
    public static T FromLeader<T>(this IProcessGroup processes, Func<T> own, CancellationToken stop)
    {
        if (processes.IsAlone())
        {
            return own();
        }

        return processes.IsLeader()
            ? processes.Lead(own, value => value, stop)
            : processes.Follow<T>(stop)!;
    }

    /// <summary>Lets the first process do something while the others wait for it.</summary>
    /// <param name="processes">All of them.</param>
    /// <param name="work">What to do; where it cannot be done, all are told why.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <returns>What it came to; nothing in the other processes.</returns>
    /// <exception cref="PromptKDException">The first process's.</exception>
    public static T? LeaderAlone<T>(this IProcessGroup processes, Func<T> work, CancellationToken stop)
    {
        if (processes.IsLeader())
        {
            return processes.IsAlone() ? work() : processes.Lead(work, _ => true, stop);
        }

        processes.Follow<bool>(stop);
        return default;
    }

    /// <summary>As the other form, of something that comes to nothing.</summary>
    public static void LeaderAlone(this IProcessGroup processes, Action work, CancellationToken stop) =>
        processes.LeaderAlone(
            () =>
            {
                work();
                return true;
            },
            stop);

    /// <summary>Lets the first process do something before the others do it.</summary>
    /// <param name="processes">All of them.</param>
    /// <param name="work">What to do; where the first one cannot, all are told why.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="PromptKDException">The first process's, or this one's.</exception>
    public static T LeaderFirst<T>(this IProcessGroup processes, Func<T> work, CancellationToken stop)
    {
        T? first = processes.LeaderAlone(work, stop);
        return processes.IsLeader() ? first! : work();
    }

    /// <summary>As <see cref="IProcessGroup.Broadcast"/>, of any length.</summary>
    public static void BroadcastLong(this IProcessGroup processes, Span<byte> bytes, int root = 0)
    {
        for (int start = 0; start < bytes.Length; start += Chunk)
        {
            processes.Broadcast(bytes.Slice(start, Math.Min(Chunk, bytes.Length - start)), root);
        }
    }

    private static T Lead<T, TSent>(
        this IProcessGroup processes, Func<T> work, Func<T, TSent> sent, CancellationToken stop)
    {
        try
        {
            T value = work();
            processes.GatherValues(new Word<TSent>(sent(value), Fault: null, IsStopped: false), CancellationToken.None);
            return value;
        }
        catch (PromptKDException fault)
        {
            processes.GatherValues(new Word<TSent>(default, fault.Marked, IsStopped: false), CancellationToken.None);
            throw;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            processes.GatherValues(new Word<TSent>(default, Fault: null, IsStopped: true), CancellationToken.None);
            throw;
        }
    }

    // Not stopped by itself: the first process is told to stop, too, and says so.
    private static T? Follow<T>(this IProcessGroup processes, CancellationToken stop)
    {
        Word<T> word =
            processes.GatherValues(new Word<T>(default, Fault: null, IsStopped: false), CancellationToken.None)[0];
        return word.IsStopped ? throw new OperationCanceledException(stop)
            : word.Fault is { } fault ? throw new PromptKDException(fault)
            : word.Value;
    }

    /// <summary>What the first process came to.</summary>
    private sealed record Word<T>(T? Value, string? Fault, bool IsStopped);
}
