using System.Runtime.InteropServices;

namespace PromptKD.Runtime.Processes;

/// <summary>
/// The calls of NVIDIA's NCCL that are used, of version 2: sums of numbers that lie on GPUs. The meaning of codes and
/// the layout of the identity are those of its header, nccl.h.
/// </summary>
internal sealed unsafe class NcclLibrary
{
    private const int Float32 = 7;
    private const int Sum = 0;

    // libtorch computes on the stream without a name, and so do the sums: each waits for what came before it.
    private const nint UsualStream = 0;

    // Of all versions 2; the name without a number is that of development packages.
    private static readonly string[] s_names = ["libnccl.so.2", "libnccl.so"];

    private readonly delegate* unmanaged[Cdecl]<Identity*, int> _getUniqueId;
    private readonly delegate* unmanaged[Cdecl]<nint*, int, Identity, int, int> _commInitRank;
    private readonly delegate* unmanaged[Cdecl]<nint, nint, nuint, int, int, nint, nint, int> _allReduce;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _commDestroy;
    private readonly delegate* unmanaged[Cdecl]<int, byte*> _getErrorString;

    /// <param name="symbol">The address of a call, by name.</param>
    public NcclLibrary(Func<string, nint> symbol)
    {
        _getUniqueId = (delegate* unmanaged[Cdecl]<Identity*, int>)symbol("ncclGetUniqueId");
        _commInitRank = (delegate* unmanaged[Cdecl]<nint*, int, Identity, int, int>)symbol("ncclCommInitRank");
        _allReduce = (delegate* unmanaged[Cdecl]<nint, nint, nuint, int, int, nint, nint, int>)symbol("ncclAllReduce");
        _commDestroy = (delegate* unmanaged[Cdecl]<nint, int>)symbol("ncclCommDestroy");
        _getErrorString = (delegate* unmanaged[Cdecl]<int, byte*>)symbol("ncclGetErrorString");
    }

    /// <summary>Finds the library; null where this machine has none, or not all of it.</summary>
    public static NcclLibrary? Find()
    {
        nint handle = 0;
        if (!s_names.Any(name => NativeLibrary.TryLoad(name, out handle)))
        {
            return null;
        }

        try
        {
            return new NcclLibrary(name => NativeLibrary.GetExport(handle, name));
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>A name for those who will sum together, which the first of them hands to the others.</summary>
    public byte[] NewIdentity()
    {
        Identity identity = default;
        Check(_getUniqueId(&identity));
        return MemoryMarshal.AsBytes(new ReadOnlySpan<Identity>(in identity)).ToArray();
    }

    /// <summary>Meets the others. Returns when all have come.</summary>
    /// <param name="identity">What the first of them made.</param>
    /// <param name="rank">This process, from 0; it sums on the GPU that its thread has chosen.</param>
    /// <param name="size">How many there are.</param>
    /// <returns>For the other calls.</returns>
    public nint Join(ReadOnlySpan<byte> identity, int rank, int size)
    {
        nint joined = 0;
        Check(_commInitRank(&joined, size, MemoryMarshal.Read<Identity>(identity), rank));
        return joined;
    }

    /// <summary>
    /// Replaces float32 values by their sums over all. Comes back before they are there: what libtorch does with them
    /// next waits.
    /// </summary>
    /// <param name="among">From <see cref="Join"/>.</param>
    /// <param name="values">Address on the GPU.</param>
    /// <param name="count">How many.</param>
    public void AllReduce(nint among, nint values, long count) =>
        Check(_allReduce(values, values, (nuint)count, Float32, Sum, among, UsualStream));

    /// <summary>Leaves the others.</summary>
    public void Leave(nint among) => _commDestroy(among);

    private void Check(int code)
    {
        if (code != 0)
        {
            throw new PromptKDException(
                $"NCCL cannot sum on the GPUs: {Marshal.PtrToStringUTF8((nint)_getErrorString(code))}. With "
                + "NCCL_DEBUG=INFO in the environment it says more.");
        }
    }

    /// <summary>ncclUniqueId.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Identity
    {
        /// <summary>Bytes of one.</summary>
        public const int Length = 128;

        private fixed byte _bytes[Length];
    }
}
