using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PromptKD.Runtime.Processes;
using PromptKD.Tests.Training;

namespace PromptKD.Tests.Runtime;

/// <summary>
/// What NCCL is called with, by calls of C's kind that stand in its place and hold what they get against nccl.h. There
/// is no GPU: the numbers lie in main memory, and are summed there.
/// </summary>
public sealed unsafe class GpuSumsTests
{
    private const int Float32 = 7; // ncclFloat32
    private const int Addition = 0; // ncclSum
    private const int InvalidUsage = 5; // ncclInvalidUsage

    private static readonly Lock s_gate = new();
    private static readonly List<string> s_calls = [];

    [Fact]
    public void Sums_where_the_numbers_lie()
    {
        s_calls.Clear();
        float[][] sums = ProcessesInThreads.Run(3, group =>
        {
            GpuSums sum = Assert.IsType<GpuSums>(GpuSums.Agree(group, Nccl(), Guid.NewGuid(), out string why));
            Assert.Empty(why);
            using Tensor values = tensor([1f + group.Rank, 10f * group.Rank]);
            nint address = GpuSums.AddressOf(values.Handle);
            Assert.Equal(address, (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(values.bytes)));
            sum.Sum(values);
            sum.Leave();
            return values.data<float>().ToArray();
        });

        // The stand-in doubles each one's numbers: it knows of no others.
        Assert.Equal([[2, 0], [4, 20], [6, 40]], sums);
        Assert.Equal(
            [
                "identity", "join 0 of 3", "join 1 of 3", "join 2 of 3", "leave 1000", "leave 1001", "leave 1002",
                "sum 2 of 1000", "sum 2 of 1001", "sum 2 of 1002",
            ],
            s_calls.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1, -1, "process 2 of 2, on ")]
    [InlineData(-1, 1, "process 2 of 2 shares its GPU with process 1 of 2")]
    public void Says_why_not(int without, int shared, string expected)
    {
        var one = Guid.NewGuid();
        string[] whys = ProcessesInThreads.Run(2, group =>
        {
            Guid gpu = group.Rank == 0 || group.Rank == shared ? one : Guid.NewGuid();
            Assert.Null(GpuSums.Agree(group, group.Rank == without ? null : Nccl(), gpu, out string why));
            return why;
        });

        Assert.All(whys, why => Assert.StartsWith(expected, why, StringComparison.Ordinal));
    }

    [Fact]
    public void Tells_what_NCCL_says()
    {
        PromptKDException fault = Assert.Throws<PromptKDException>(() => Nccl().AllReduce(among: 7, 0, 1));

        Assert.Contains("cannot sum on the GPUs: invalid usage.", fault.Message, StringComparison.Ordinal);
    }

    private static NcclLibrary Nccl() => new(name => name switch
    {
        "ncclGetUniqueId" => (nint)(delegate* unmanaged[Cdecl]<byte*, int>)&GetUniqueId,
        "ncclCommInitRank" => (nint)(delegate* unmanaged[Cdecl]<nint*, int, UniqueId, int, int>)&CommInitRank,
        "ncclAllReduce" => (nint)(delegate* unmanaged[Cdecl]<nint, nint, nuint, int, int, nint, nint, int>)&AllReduce,
        "ncclCommDestroy" => (nint)(delegate* unmanaged[Cdecl]<nint, int>)&CommDestroy,
        "ncclGetErrorString" => (nint)(delegate* unmanaged[Cdecl]<int, nint>)&GetErrorString,
        _ => throw new ArgumentException(name, nameof(name)),
    });

    private static void Note(string call)
    {
        lock (s_gate)
        {
            s_calls.Add(call);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetUniqueId(byte* identity)
    {
        for (int place = 0; place < 128; place++)
        {
            identity[place] = (byte)(200 - place);
        }

        Note("identity");
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CommInitRank(nint* joined, int size, UniqueId identity, int rank)
    {
        for (int place = 0; place < 128; place++)
        {
            if (((byte*)&identity)[place] != 200 - place)
            {
                return InvalidUsage;
            }
        }

        *joined = 1000 + rank;
        Note($"join {rank} of {size}");
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AllReduce(nint from, nint to, nuint count, int type, int operation, nint among, nint stream)
    {
        if (from != to || type != Float32 || operation != Addition || stream != 0 || among is < 1000 or > 1002)
        {
            return InvalidUsage;
        }

        var values = new Span<float>((void*)to, (int)count);
        for (int place = 0; place < values.Length; place++)
        {
            values[place] *= 2;
        }

        Note($"sum {count} of {among}");
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CommDestroy(nint among)
    {
        Note($"leave {among}");
        return 0;
    }

    // A text that lives as long as the process, as NCCL's do.
    private static readonly nint s_invalidUsage = Marshal.StringToCoTaskMemUTF8("invalid usage");

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint GetErrorString(int code) => code == InvalidUsage ? s_invalidUsage : 0;

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct UniqueId;
}
