using System.Globalization;
using System.Runtime.Intrinsics.X86;
using PromptKD.Runtime.Processes;

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

    private static readonly int s_defaultThreads = DefaultThreads();

    /// <summary>Chooses from what a user asked for and what the machine has.</summary>
    /// <remarks>
    /// <para>"auto" is bfloat16 where it is known to be fast: on GPUs of compute capability 8.0 or newer, and on some
    /// processors. Elsewhere it is float32, also where the driver does not tell the capability; bfloat16 is then
    /// computed where it is asked for by name.</para>
    /// <para>"fp32" is full float32. With any other precision, GPUs may compute float32 products in TF32, which keeps
    /// 10 bits of each factor; cards older than 8.0 have no TF32. The switch is one for the process: the target that
    /// was resolved last has set it.</para>
    /// <para>"amp" is bfloat16, and float32 on a GPU that has none.</para>
    /// </remarks>
    /// <param name="device">"auto", "cpu", "cuda" or "cuda:n".</param>
    /// <param name="precision">"auto", "fp32", "bf16", "amp", or "fp16" (GPUs only: processors compute it slowly).
    /// </param>
    /// <exception cref="PromptKDException">The device or precision is unknown or not to be had here.</exception>
    public static ComputeTarget Resolve(string device, string precision) =>
        On(ResolveDevice(device), precision, changesProcess: true);

    /// <summary>
    /// Chooses from a configuration. fp16 is Dassl's default, so a processor computes in what "auto" is there instead.
    /// </summary>
    /// <param name="device">As in the shorter form.</param>
    /// <param name="precision">As in the shorter form.</param>
    /// <param name="useCuda">USE_CUDA: False makes "auto" the processor.</param>
    /// <param name="note">Is told, in words without a full stop, what is computed in place of fp16.</param>
    /// <param name="changesProcess">Whether TF32 is switched as the shorter form says; else it stays as it is.</param>
    /// <exception cref="PromptKDException">As in the shorter form, but for fp16.</exception>
    public static ComputeTarget Resolve(
        string device, string precision, bool useCuda, Action<string>? note, bool changesProcess = true)
    {
        bool isAuto = device.Equals("auto", StringComparison.OrdinalIgnoreCase);
        Device chosen = ResolveDevice(isAuto && !useCuda ? "cpu" : device);
        if (chosen.type == DeviceType.CUDA || !precision.Equals("fp16", StringComparison.OrdinalIgnoreCase))
        {
            return On(chosen, precision, changesProcess);
        }

        ComputeTarget target = On(chosen, "auto", changesProcess);
        note?.Invoke($"fp16 is for GPUs: computing in {target.PrecisionName} here");
        return target;
    }

    /// <summary>Chooses from what a caller asked for; fp16 as from a configuration.</summary>
    /// <param name="device">Where to compute.</param>
    /// <param name="index">Which of several GPUs, from 0.</param>
    /// <param name="precision">Of the frozen weights.</param>
    /// <param name="note">As from a configuration.</param>
    /// <exception cref="PromptKDException">The device or precision is not to be had here.</exception>
    public static ComputeTarget Resolve(
        ComputeDevice device, int index, ComputePrecision precision, Action<string>? note) =>
        Resolve(ComputeNames.Of(device, index), ComputeNames.Of(precision), useCuda: true, note);

    /// <summary>What computes models that are ONNX files, by ONNX Runtime's name of it.</summary>
    public string OnnxProvider { get; private init; } = ExecutionProvider.Processor;

    /// <summary>This place, with another provider for models that are ONNX files.</summary>
    /// <param name="provider">As ONNX Runtime calls it.</param>
    /// <exception cref="PromptKDException">This ONNX Runtime does not have it.</exception>
    public ComputeTarget WithProvider(string provider)
    {
        ExecutionProvider.Require(provider);
        return this with { OnnxProvider = provider };
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
            ComputeThreads.Set(width <= WidthOfOneThread ? 1 : s_defaultThreads);
        }
    }

    /// <summary>Sets how many threads libtorch computes with in this process.</summary>
    /// <param name="threads">How many; 0 for what <see cref="UseThreadsFor"/> chooses.</param>
    /// <param name="width">As there.</param>
    public void UseThreads(int threads, int width)
    {
        if (threads == 0)
        {
            UseThreadsFor(width);
        }
        else if (Device.type == DeviceType.CPU)
        {
            ComputeThreads.Set(threads);
        }
    }

    /// <summary>The device of one of several processes: those of a machine take its GPUs in turn.</summary>
    /// <param name="device">As the user named it; one with a number is taken as it is.</param>
    /// <param name="useCuda">USE_CUDA.</param>
    /// <param name="place">Which process it is.</param>
    public static string DeviceOf(string device, bool useCuda, ProcessPlace place) =>
        place.IsShared && useCuda && device.ToLowerInvariant() is "auto" or "cuda" && cuda.is_available()
            ? $"cuda:{place.LocalRank % cuda.device_count()}"
            : device;

    // Processes that were started together share the cores of their machine.
    private static int DefaultThreads() =>
        ProcessGroup.Count == 1 || Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is { Length: > 0 }
            ? get_num_threads()
            : Math.Min(get_num_threads(), ProcessGroup.Place.Cores());

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
                $"Device '{name}' is not there: libtorch sees {Counted.Of(available, "CUDA device")} here. It takes an "
                + "NVIDIA driver, and libtorch's build with CUDA in place of that for processors. Compute on cpu.")
            {
                Code = PromptKDError.NotSupported,
            };
    }

    private static ComputeTarget On(Device device, string precision, bool changesProcess)
    {
        string asked = precision.ToLowerInvariant();
        if (device.type != DeviceType.CUDA)
        {
            return new ComputeTarget(device, ChooseForProcessor(asked, ProcessorHasFastBFloat16()));
        }

        ScalarType type = ChooseForGpu(asked, ComputeCapability.Read(device));
        if (changesProcess)
        {
            backends.cuda.matmul.allow_tf32 = asked != "fp32";
            backends.cudnn.allow_tf32 = asked != "fp32";
        }

        return new ComputeTarget(device, type);
    }

    /// <summary>The element type for a processor.</summary>
    /// <param name="precision">What is asked for, in lower case.</param>
    /// <param name="hasFastBFloat16">Whether it multiplies bfloat16 faster than float32.</param>
    internal static ScalarType ChooseForProcessor(string precision, bool hasFastBFloat16) => precision switch
    {
        "auto" => hasFastBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32,
        "fp32" => ScalarType.Float32,
        "bf16" or "amp" => ScalarType.BFloat16,
        "fp16" => throw new PromptKDException(
            "fp16 is for GPUs: processors compute it slowly. Compute in auto, bf16 or fp32.")
        {
            Code = PromptKDError.NotSupported,
        },
        _ => throw UnknownPrecision(precision),
    };

    /// <summary>The element type for a GPU.</summary>
    /// <param name="precision">What is asked for, in lower case.</param>
    /// <param name="capability">Of the GPU; null where it is not known.</param>
    internal static ScalarType ChooseForGpu(string precision, Version? capability)
    {
        bool? hasBFloat16 = capability is null ? null : capability >= ComputeCapability.Ampere;
        return precision switch
        {
            // bfloat16 is as fast as float16 there, and needs no loss scaling.
            "auto" => hasBFloat16 == true ? ScalarType.BFloat16 : ScalarType.Float32,
            "fp32" => ScalarType.Float32,
            "fp16" => ScalarType.Float16,
            "bf16" when hasBFloat16 == false => throw new PromptKDException(
                $"bf16 needs a GPU of compute capability {ComputeCapability.Ampere} (2020) or newer, but this one has "
                + $"{capability}. Compute in auto, fp16 or fp32.")
            {
                Code = PromptKDError.NotSupported,
            },
            "amp" when hasBFloat16 == false => ScalarType.Float32,
            "bf16" or "amp" => ScalarType.BFloat16,
            _ => throw UnknownPrecision(precision),
        };
    }

    private static PromptKDException UnknownPrecision(string precision) =>
        new($"Unknown precision '{precision}'. Use auto, fp32, bf16 or fp16.");

    private static bool ProcessorHasFastBFloat16() =>
        X86Base.IsSupported
        && IsFastBFloat16(X86Base.CpuId(0, 0).Ebx, X86Base.CpuId(7, 0).Edx, X86Base.CpuId(7, 1).Eax);

    /// <summary>
    /// Whether a processor multiplies bfloat16 faster than float32. With AMX it does; with AVX512_BF16 alone, AMD's
    /// take half the time and Intel's twice (docs/performance.md).
    /// </summary>
    /// <param name="vendor">CPUID leaf 0, EBX: the first four letters of the vendor.</param>
    /// <param name="features">Leaf 7, sub-leaf 0, EDX: bit 22 is AMX-BF16.</param>
    /// <param name="moreFeatures">Leaf 7, sub-leaf 1, EAX: bit 5 is AVX512_BF16.</param>
    internal static bool IsFastBFloat16(int vendor, int features, int moreFeatures) =>
        (features & (1 << 22)) != 0 || ((moreFeatures & (1 << 5)) != 0 && vendor == BeginningOfAuthenticAmd);
}
