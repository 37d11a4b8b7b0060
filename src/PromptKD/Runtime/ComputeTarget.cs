using System.Globalization;
using System.Runtime.Intrinsics.X86;

namespace PromptKD.Runtime;

/// <summary>Where models compute, and in which element type their frozen weights are kept.</summary>
/// <param name="Device">CPU or one CUDA device.</param>
/// <param name="Type">float32, bfloat16 or float16. What is learned is float32 whatever this says.</param>
internal sealed record ComputeTarget(Device Device, ScalarType Type)
{
    // Measured on the demo (width 128): 23 s with one thread, 49 s with two, 430 s with two on a machine at load 10.
    private const int WidthOfOneThread = 256;

    // "Auth", little-endian.
    private const int BeginningOfAuthenticAmd = 0x68747541;

    private static readonly int s_defaultThreads = get_num_threads();

    /// <summary>Chooses from what a user asked for and what the machine has.</summary>
    /// <param name="device">"auto", "cpu", "cuda" or "cuda:n".</param>
    /// <param name="precision">"auto", "fp32", "bf16" or "fp16" (GPUs only: processors compute it slowly).</param>
    /// <exception cref="PromptKDException">The device or precision is unknown or not to be had here.</exception>
    public static ComputeTarget Resolve(string device, string precision)
    {
        Device chosen = ResolveDevice(device);
        ScalarType type = precision.ToLowerInvariant() switch
        {
            "auto" => HasFastBFloat16(chosen) ? ScalarType.BFloat16 : ScalarType.Float32,
            "fp32" => ScalarType.Float32,
            "bf16" or "amp" => ScalarType.BFloat16,
            "fp16" when chosen.type == DeviceType.CUDA => ScalarType.Float16,
            "fp16" => throw new PromptKDException(
                "fp16 is for GPUs: processors compute it slowly. Use --precision auto, bf16 or fp32."),
            _ => throw new PromptKDException($"Unknown precision '{precision}'. Use auto, fp32, bf16 or fp16."),
        };
        return new ComputeTarget(chosen, type);
    }

    /// <summary>As the command line spells it: "fp32", "bf16" or "fp16".</summary>
    public string PrecisionName => Type switch
    {
        ScalarType.BFloat16 => "bf16",
        ScalarType.Float16 => "fp16",
        _ => "fp32",
    };

    /// <summary>
    /// Sets how many threads libtorch computes with in this process. Matrices of a small model are not worth sharing:
    /// threads that wait for each other cost more than they compute, and very much more on a busy machine.
    /// </summary>
    /// <param name="width">Width of the largest tower.</param>
    public void UseThreadsFor(int width)
    {
        if (Device.type == DeviceType.CPU)
        {
            set_num_threads(width <= WidthOfOneThread ? 1 : s_defaultThreads);
        }
    }

    private static Device ResolveDevice(string name)
    {
        string lower = name.ToLowerInvariant();
        if (lower is "cpu" || (lower is "auto" && !cuda.is_available()))
        {
            return CPU;
        }

        string[] parts = lower.Split(':');
        bool wellFormed = lower is "auto" or "cuda" || (parts is ["cuda", _]
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int _));
        if (!wellFormed)
        {
            throw new PromptKDException($"Unknown device '{name}'. Use auto, cpu, cuda or cuda:0, cuda:1, ….");
        }

        int index = parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        int available = cuda.is_available() ? cuda.device_count() : 0;
        return index < available
            ? new Device(DeviceType.CUDA, index)
            : throw new PromptKDException(
                $"Device '{name}' is not there: this machine shows {available} CUDA devices to this build "
                + "(the CUDA build is made with -p:TorchBackend=cuda). Use --device cpu.");
    }

    // On a GPU of 2020 or later bfloat16 is as fast as float16, and needs no loss scaling.
    private static bool HasFastBFloat16(Device device) => device.type == DeviceType.CUDA || ProcessorHasFastBFloat16();

    private static bool ProcessorHasFastBFloat16() =>
        X86Base.IsSupported
        && IsFastBFloat16(X86Base.CpuId(0, 0).Ebx, X86Base.CpuId(7, 0).Edx, X86Base.CpuId(7, 1).Eax);

    /// <summary>
    /// Whether a processor multiplies bfloat16 faster than float32. With AMX it does; with AVX512_BF16 alone, AMD's take
    /// half the time and Intel's twice (docs/performance.md).
    /// </summary>
    /// <param name="vendor">CPUID leaf 0, EBX: the first four letters of the vendor.</param>
    /// <param name="features">Leaf 7, sub-leaf 0, EDX: bit 22 is AMX-BF16.</param>
    /// <param name="moreFeatures">Leaf 7, sub-leaf 1, EAX: bit 5 is AVX512_BF16.</param>
    internal static bool IsFastBFloat16(int vendor, int features, int moreFeatures) =>
        (features & (1 << 22)) != 0 || ((moreFeatures & (1 << 5)) != 0 && vendor == BeginningOfAuthenticAmd);
}
