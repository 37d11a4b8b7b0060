using System.Runtime.InteropServices;

namespace PromptKD.Runtime.Processes;

/// <summary>
/// Tells and chooses the GPU of a thread. libtorch chooses it for its own calls; NCCL takes what the thread has.
/// </summary>
internal static partial class CudaDriver
{
    private const string Library = "libcuda.so.1";

    /// <summary>
    /// What the driver calls a GPU, on whatever machine: the same GPU has other numbers in other processes.
    /// </summary>
    /// <param name="index">As libtorch counts them.</param>
    /// <exception cref="PromptKDException">The driver has no such GPU.</exception>
    public static Guid IdentityOf(int index)
    {
        Check(GetUuid(out Guid identity, Open(index)), index);
        return identity;
    }

    /// <summary>Makes a GPU the one of this thread, as libtorch uses it.</summary>
    /// <param name="index">As libtorch counts them.</param>
    /// <exception cref="PromptKDException">The driver has no such GPU.</exception>
    public static void Use(int index)
    {
        Check(RetainPrimaryContext(out nint context, Open(index)), index);
        Check(SetCurrentContext(context), index);
    }

    private static int Open(int index)
    {
        Check(Init(0), index);
        Check(GetDevice(out int device, index), index);
        return device;
    }

    private static void Check(int code, int index)
    {
        if (code != 0)
        {
            throw new PromptKDException($"The CUDA driver does not give GPU {index} (its error {code}).");
        }
    }

    [LibraryImport(Library, EntryPoint = "cuInit")]
    private static partial int Init(uint flags);

    [LibraryImport(Library, EntryPoint = "cuDeviceGet")]
    private static partial int GetDevice(out int device, int index);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetUuid")]
    private static partial int GetUuid(out Guid identity, int device);

    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRetain")]
    private static partial int RetainPrimaryContext(out nint context, int device);

    [LibraryImport(Library, EntryPoint = "cuCtxSetCurrent")]
    private static partial int SetCurrentContext(nint context);
}
