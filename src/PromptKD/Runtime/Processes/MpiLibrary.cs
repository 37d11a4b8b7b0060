using System.Runtime.InteropServices;
using System.Text;

namespace PromptKD.Runtime.Processes;

/// <summary>
/// The calls of MPI's C interface that are used, of Open MPI's library. Its handles are addresses of what the library
/// exports; those of MPICH and its kin are numbers, and these are refused.
/// </summary>
internal sealed unsafe class MpiLibrary
{
    // MPI_THREAD_SERIALIZED: any thread may call, one at a time.
    private const int OneThreadAtATime = 2;
    private const int LongestVersion = 1024;

    // Of Open MPI 2 to 5; the name without a number is that of development packages.
    private static readonly string[] s_names = OperatingSystem.IsMacOS()
        ? ["libmpi.40.dylib", "libmpi.dylib"]
        : ["libmpi.so.40", "libmpi.so"];

    private readonly nint _handle;
    private readonly nint _byte;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, void*, int, nint, nint, int> _allToAll;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, void*, int, nint, nint, int> _allGather;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, int, nint, int> _broadcast;
    private readonly delegate* unmanaged[Cdecl]<nint, nint*, int> _barrier;
    private readonly delegate* unmanaged[Cdecl]<nint*, int*, void*, int> _test;

    private MpiLibrary(nint handle)
    {
        _handle = handle;
        World = Symbol("ompi_mpi_comm_world");
        _byte = Symbol("ompi_mpi_byte");
        _allToAll = (delegate* unmanaged[Cdecl]<void*, int, nint, void*, int, nint, nint, int>)Symbol("MPI_Alltoall");
        _allGather = (delegate* unmanaged[Cdecl]<void*, int, nint, void*, int, nint, nint, int>)Symbol("MPI_Allgather");
        _broadcast = (delegate* unmanaged[Cdecl]<void*, int, nint, int, nint, int>)Symbol("MPI_Bcast");
        _barrier = (delegate* unmanaged[Cdecl]<nint, nint*, int>)Symbol("MPI_Ibarrier");
        _test = (delegate* unmanaged[Cdecl]<nint*, int*, void*, int>)Symbol("MPI_Test");
    }

    /// <summary>All processes that were started together.</summary>
    public nint World { get; }

    /// <summary>Finds the library, and joins the processes that were started together.</summary>
    /// <exception cref="PromptKDException">There is none, or it is another MPI's.</exception>
    public static MpiLibrary Open()
    {
        nint handle = 0;
        if (!s_names.Any(name => NativeLibrary.TryLoad(name, out handle)))
        {
            throw new PromptKDException(
                $"Several processes were started, and Open MPI's library ({s_names[0]}) is not on this machine. "
                + "Install it (Debian and Ubuntu: apt install openmpi-bin), or start one process.")
            {
                Code = PromptKDError.NotSupported,
            };
        }

        RequireOpenMpi(handle);
        var library = new MpiLibrary(handle);
        library.Join();
        return library;
    }

    /// <summary>This process, from 0.</summary>
    public int Rank() => Read("MPI_Comm_rank");

    /// <summary>How many processes there are.</summary>
    public int Size() => Read("MPI_Comm_size");

    /// <summary>The same processes, whose calls do not meet those of others.</summary>
    public nint Duplicate()
    {
        nint copy = 0;
        Check(((delegate* unmanaged[Cdecl]<nint, nint*, int>)Symbol("MPI_Comm_dup"))(World, &copy));
        return copy;
    }

    /// <summary>Each process hands each other one its part; parts follow each other by rank.</summary>
    public void AllToAll(ReadOnlySpan<byte> sent, Span<byte> received, int part, nint among)
    {
        fixed (byte* from = sent, to = received)
        {
            Check(_allToAll(from, part, _byte, to, part, _byte, among));
        }
    }

    /// <summary>Each process hands all the same part.</summary>
    public void AllGather(ReadOnlySpan<byte> sent, Span<byte> received, nint among)
    {
        fixed (byte* from = sent, to = received)
        {
            Check(_allGather(from, sent.Length, _byte, to, sent.Length, _byte, among));
        }
    }

    /// <summary>One process hands all others its bytes.</summary>
    public void Broadcast(Span<byte> bytes, int root, nint among)
    {
        fixed (byte* place = bytes)
        {
            Check(_broadcast(place, bytes.Length, _byte, root, among));
        }
    }

    /// <summary>Says that this process has come so far.</summary>
    /// <returns>To be asked by <see cref="IsDone"/> whether all have.</returns>
    public nint Arrive(nint among)
    {
        nint request = 0;
        Check(_barrier(among, &request));
        return request;
    }

    /// <summary>Whether all have arrived.</summary>
    public bool IsDone(ref nint request)
    {
        int done = 0;
        fixed (nint* place = &request)
        {
            Check(_test(place, &done, null));
        }

        return done != 0;
    }

    /// <summary>Leaves the others, which do so, too.</summary>
    public void Leave() => ((delegate* unmanaged[Cdecl]<int>)Symbol("MPI_Finalize"))();

    /// <summary>Ends all processes at once.</summary>
    /// <param name="code">What they end with.</param>
    public void EndAll(int code) => ((delegate* unmanaged[Cdecl]<nint, int, int>)Symbol("MPI_Abort"))(World, code);

    private static void RequireOpenMpi(nint handle)
    {
        string version = VersionOf(handle);
        if (!version.StartsWith("Open MPI", StringComparison.Ordinal)
            || !NativeLibrary.TryGetExport(handle, "ompi_mpi_comm_world", out _))
        {
            throw new PromptKDException(
                $"The MPI library of this machine is '{Printable.Line(version)}': only Open MPI is supported (Debian: "
                + "openmpi-bin).")
            {
                Code = PromptKDError.NotSupported,
            };
        }
    }

    private static string VersionOf(nint handle)
    {
        if (!NativeLibrary.TryGetExport(handle, "MPI_Get_library_version", out nint call))
        {
            return "one without a version";
        }

        byte* text = stackalloc byte[LongestVersion * 8];
        int length = 0;
        ((delegate* unmanaged[Cdecl]<byte*, int*, int>)call)(text, &length);
        return Encoding.UTF8.GetString(text, Math.Clamp(length, 0, LongestVersion)).Split('\0', '\n', ',')[0];
    }

    private void Join()
    {
        int isJoined = 0;
        Check(((delegate* unmanaged[Cdecl]<int*, int>)Symbol("MPI_Initialized"))(&isJoined));
        if (isJoined == 0)
        {
            int provided = 0;
            Check(((delegate* unmanaged[Cdecl]<void*, void*, int, int*, int>)Symbol("MPI_Init_thread"))(
                null, null, OneThreadAtATime, &provided));
        }
    }

    private int Read(string call)
    {
        int value = 0;
        Check(((delegate* unmanaged[Cdecl]<nint, int*, int>)Symbol(call))(World, &value));
        return value;
    }

    private nint Symbol(string name) => NativeLibrary.TryGetExport(_handle, name, out nint address)
        ? address
        : throw new PromptKDException(
            $"Open MPI's library has no '{name}': it is too old. Install Open MPI 2 or newer.");

    // Open MPI ends the processes itself, with words of its own; this is for those that were told not to.
    private static void Check(int code)
    {
        if (code != 0)
        {
            throw new PromptKDException(
                $"MPI failed with its error {code}: another process has gone. Start again: the run goes on.");
        }
    }
}
