using System.Runtime.InteropServices;

namespace PromptKD.Runtime.Processes;

/// <summary>
/// Sums numbers where they lie, on the GPUs of several processes, by NCCL. <b>This has not run on a GPU.</b>
/// </summary>
internal sealed partial class GpuSums
{
    private readonly NcclLibrary _library;
    private readonly nint _joined;

    private GpuSums(NcclLibrary library, nint joined)
    {
        _library = library;
        _joined = joined;
    }

    /// <summary>
    /// Finds out whether all processes can, and lets them join. All make this call together.
    /// </summary>
    /// <param name="processes">All of them.</param>
    /// <param name="library">This process's NCCL; null where it has none.</param>
    /// <param name="gpu">What the driver calls this process's GPU.</param>
    /// <param name="why">Where they can't, why; else empty.</param>
    /// <returns>Null where a process lacks the library, or two share a GPU, which NCCL refuses.</returns>
    public static GpuSums? Agree(IProcessGroup processes, NcclLibrary? library, Guid gpu, out string why)
    {
        Place[] places = processes.GatherValues(
            new Place(library is not null, gpu, Environment.MachineName), CancellationToken.None);
        why = WhyNot(processes, places);
        if (why.Length > 0)
        {
            return null;
        }

        byte[] identity = processes.IsLeader() ? library!.NewIdentity() : new byte[NcclLibrary.Identity.Length];
        processes.Broadcast(identity);
        return new GpuSums(library!, library!.Join(identity, processes.Rank, processes.Size));
    }

    /// <summary>Replaces each value by its sum over all processes.</summary>
    /// <param name="values">float32, contiguous, on this process's GPU.</param>
    public void Sum(Tensor values) => _library.AllReduce(_joined, AddressOf(values.Handle), values.numel());

    /// <summary>Leaves the others, which do so, too.</summary>
    public void Leave() => _library.Leave(_joined);

    /// <summary>Where a tensor's first value lies.</summary>
    /// <param name="tensor">TorchSharp's handle of it.</param>
    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    internal static partial nint AddressOf(nint tensor);

    private static string WhyNot(IProcessGroup processes, Place[] places)
    {
        for (int rank = 0; rank < places.Length; rank++)
        {
            if (!places[rank].HasLibrary)
            {
                return $"{processes.Name(rank)}, on {Printable.Line(places[rank].Machine)}, finds no NCCL "
                    + "(libnccl.so.2)";
            }

            int first = Array.FindIndex(places, place => place.Gpu == places[rank].Gpu);
            if (first < rank)
            {
                return $"{processes.Name(rank)} shares its GPU with {processes.Name(first)}";
            }
        }

        return "";
    }

    /// <summary>What a process has.</summary>
    private sealed record Place(bool HasLibrary, Guid Gpu, string Machine);
}
