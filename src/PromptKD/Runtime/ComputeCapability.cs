using System.Collections.Concurrent;

namespace PromptKD.Runtime;

/// <summary>The generation of a GPU, as NVIDIA numbers them: 7.5 is Turing, 8.0 Ampere, 9.0 Hopper.</summary>
internal static class ComputeCapability
{
    private static readonly ConcurrentDictionary<int, Version?> s_known = [];

    /// <summary>The first with bfloat16 and TF32 (2020).</summary>
    public static Version Ampere { get; } = new(8, 0);

    /// <summary>Asks the driver, once for each GPU.</summary>
    /// <returns>Null where it does not say.</returns>
    public static Version? Read(Device device) => s_known.GetOrAdd(
        Math.Max(device.index, 0), index => Parse(NvidiaSmi.Query("compute_cap", index)));

    /// <summary>What nvidia-smi prints of one GPU, as "8.6"; null if it is something else.</summary>
    internal static Version? Parse(string printed) =>
        Version.TryParse(printed.Trim(), out Version? version) && version.Build < 0 ? version : null;
}
