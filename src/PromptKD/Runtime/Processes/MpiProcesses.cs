using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace PromptKD.Runtime.Processes;

/// <summary>Processes that mpirun or srun started, which exchange through Open MPI.</summary>
/// <param name="library">Its calls.</param>
internal sealed class MpiProcesses(MpiLibrary library) : IProcessGroup
{
    private static readonly TimeSpan s_busy = TimeSpan.FromMilliseconds(2);

    // Calls at the end must not meet one that somebody is still waiting in.
    private readonly nint _ending = library.Duplicate();
    private readonly Stopwatch _exchanging = new();
    private float[] _sent = [];
    private float[] _received = [];
    private GpuSums? _gpus;

    /// <inheritdoc/>
    public int Rank { get; } = library.Rank();

    /// <inheritdoc/>
    public int Size { get; } = library.Size();

    /// <inheritdoc/>
    public TimeSpan Exchanging => _exchanging.Elapsed;

    /// <inheritdoc/>
    public void Sum(Span<float> values)
    {
        _exchanging.Start();
        int part = (values.Length + Size - 1) / Size;
        if (_sent.Length < part * Size)
        {
            _sent = new float[part * Size];
            _received = new float[part * Size];
        }

        // Each process adds up one part of all, and hands its sum to the others.
        Span<float> received = _received.AsSpan(0, part * Size);
        values.CopyTo(_sent);
        library.AllToAll(
            MemoryMarshal.AsBytes(_sent.AsSpan(0, part * Size)), MemoryMarshal.AsBytes(received), part * sizeof(float),
            library.World);
        Span<float> sum = _sent.AsSpan(0, part);
        received[..part].CopyTo(sum);
        for (int rank = 1; rank < Size; rank++)
        {
            Add(sum, received.Slice(rank * part, part));
        }

        library.AllGather(MemoryMarshal.AsBytes(sum), MemoryMarshal.AsBytes(received), library.World);
        received[..values.Length].CopyTo(values);
        _exchanging.Stop();
    }

    /// <inheritdoc/>
    public void Sum(Tensor values)
    {
        if (values.device_type == DeviceType.CUDA && OnGpus(values.device_index) is { } gpus)
        {
            gpus.Sum(values);
            return;
        }

        ((IProcessGroup)this).SumInMemory(values);
    }

    /// <inheritdoc/>
    public string? GpuSumsAre { get; private set; }

    /// <inheritdoc/>
    public byte[] Exchange(ReadOnlySpan<byte> own)
    {
        _exchanging.Start();
        byte[] all = new byte[own.Length * Size];
        library.AllGather(own, all, library.World);
        _exchanging.Stop();
        return all;
    }

    /// <inheritdoc/>
    public void Wait(CancellationToken stop)
    {
        if (!Meet(library.World, Timeout.InfiniteTimeSpan, stop))
        {
            throw new OperationCanceledException(stop);
        }
    }

    /// <inheritdoc/>
    public void Broadcast(Span<byte> bytes, int root = 0) => library.Broadcast(bytes, root, library.World);

    /// <summary>Waits at the end of the work until all have come to theirs, in whatever call the others are.</summary>
    /// <param name="failed">Whether this process comes to a bad one.</param>
    /// <param name="patience">How long to wait.</param>
    /// <returns>Whether the first process failed; null where not all came.</returns>
    public bool? MeetAtEnd(bool failed, TimeSpan patience)
    {
        if (!Meet(_ending, patience, CancellationToken.None))
        {
            return null;
        }

        byte[] all = new byte[Size];
        library.AllGather([failed ? (byte)1 : (byte)0], all, _ending);
        return all[0] != 0;
    }

    /// <summary>Leaves the others, which do so, too.</summary>
    public void Leave()
    {
        _gpus?.Leave();
        library.Leave();
    }

    /// <summary>Ends all processes at once.</summary>
    /// <param name="code">What they end with.</param>
    public void EndAll(int code) => library.EndAll(code);

    // All come here by the same call, the first sum of what lies on a GPU.
    private GpuSums? OnGpus(int index)
    {
        if (GpuSumsAre is null)
        {
            CudaDriver.Use(index);
            _gpus = GpuSums.Agree(this, NcclLibrary.Find(), CudaDriver.IdentityOf(index), out string why);
            GpuSumsAre = _gpus is null ? $"in main memory, since {why}" : "on the GPUs by NCCL";
        }

        return _gpus;
    }

    private static void Add(Span<float> sum, ReadOnlySpan<float> more)
    {
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(sum);
        ReadOnlySpan<Vector<float>> moreWide = MemoryMarshal.Cast<float, Vector<float>>(more);
        for (int place = 0; place < wide.Length; place++)
        {
            wide[place] += moreWide[place];
        }

        for (int place = wide.Length * Vector<float>.Count; place < sum.Length; place++)
        {
            sum[place] += more[place];
        }
    }

    private bool Meet(nint among, TimeSpan patience, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        nint request = library.Arrive(among);
        while (!library.IsDone(ref request))
        {
            if (stop.IsCancellationRequested || (patience != Timeout.InfiniteTimeSpan && clock.Elapsed > patience))
            {
                return false;
            }

            if (clock.Elapsed > s_busy)
            {
                Thread.Sleep(1);
            }
        }

        return true;
    }
}
