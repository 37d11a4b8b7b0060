using System.CommandLine;
using System.Globalization;
using PromptKD.Cli.Terminal;
using PromptKD.Data.Pictures;
using PromptKD.Inference;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;

namespace PromptKD.Cli.Commands;

/// <summary>What the verbs that use a student have in common.</summary>
internal static class StudentOptions
{
    public static Option<string> Package() => new("--model")
    {
        Description = "A student package: the student/ folder of a run [required]",
        HelpName = "DIR",
        Required = true,
    };

    public static Option<string> Model() => new("--model")
    {
        Description = "A student package, the student/ folder of a run, or the ONNX file that export made of one "
            + "[required]",
        HelpName = OptionRules.AFileOrFolder,
        Required = true,
    };

    /// <summary>For verbs that may be given a model that is an ONNX file.</summary>
    public static Option<string> OnnxProvider() => new("--onnx-provider")
    {
        Description = "What computes models that are ONNX files, by ONNX Runtime's name: CPU, CUDA, TensorRT, CoreML, "
            + "DML, OpenVINO, XNNPACK [default: CPU; of a student's ONNX file on --device cuda CUDA]",
        HelpName = "NAME",
    };

    /// <summary>The student that a command line asks for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="model">Names the package.</param>
    /// <param name="device">Names the device.</param>
    /// <param name="precision">Names the precision.</param>
    /// <param name="provider">Names what computes ONNX files.</param>
    /// <param name="showsProgress">As <see cref="WarningsDisplay"/> takes it.</param>
    public static FolderClassifier Load(
        ParseResult parsed,
        Option<string> model,
        Option<string> device,
        Option<string> precision,
        Option<string> provider,
        bool showsProgress)
    {
        string path = parsed.GetValue(model)!;
        var observer = new WarningsDisplay(showsProgress);
        TorchOptions torch = Torch(parsed.GetValue(device), parsed.GetValue(precision));
        string? graphs = parsed.GetValue(provider);
        if (!IsOnnx(path))
        {
            // A program of its own: it takes the threads that are worth it, and shows what the machine can decode.
            return StudentClassifier.Load(
                path,
                torch with
                {
                    Threads = 0,
                    Observer = observer,
                    Upright = Upright.Read(parsed),
                    OnnxProvider = graphs ?? torch.OnnxProvider,
                });
        }

        if (torch.Precision is not null)
        {
            throw new PromptKDException(
                $"{precision.Name} has no effect on an ONNX file, which computes in the numbers that it was exported "
                + "in. Leave it out.");
        }

        if (File.Exists(path) && !path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            throw new PromptKDException(
                $"{path}: a file that is not called .onnx. Give the folder of a student, which distill wrote, or an "
                + ".onnx that export wrote.");
        }

        return OnnxStudentClassifier.Load(path, new OnnxOptions
        {
            Provider = graphs ?? (torch.Device == ComputeDevice.Cuda ? "CUDA" : "CPU"),
            DeviceIndex = torch.DeviceIndex,

            // Of one process, ONNX Runtime takes those that it finds.
            Threads = ProcessGroup.Count > 1 ? ProcessGroup.Cores : null,
            Observer = observer,
            Upright = Upright.Read(parsed),
        });
    }

    private static bool IsOnnx(string path) =>
        !Directory.Exists(path)
        && (File.Exists(path) || path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// What a program passes on of a device and a precision, which were checked when the line was read.
    /// </summary>
    public static TorchOptions Torch(string? device, string? precision)
    {
        (ComputeDevice kind, int index) = ReadDevice(device);
        return new TorchOptions { Device = kind, DeviceIndex = index, Precision = ReadPrecision(precision) };
    }

    /// <summary>The device that is named, and which of several GPUs; of none the best that is there.</summary>
    public static (ComputeDevice Device, int Index) ReadDevice(string? name)
    {
        string[] parts = (name ?? "auto").Split(':');
        return (
            Enum.Parse<ComputeDevice>(parts[0], ignoreCase: true),
            parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
    }

    /// <summary>The precision that is named; null for none.</summary>
    public static ComputePrecision? ReadPrecision(string? name) =>
        name is null ? null : Enum.Parse<ComputePrecision>(name, ignoreCase: true);

    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line [default: off]" };

    public static Option<string> Device() => new("--device")
    {
        Description = "auto, cpu, cuda or cuda:n [default: auto]",
        HelpName = "NAME",
    };

    public static Option<string> Precision() => new("--precision")
    {
        Description = "auto, fp32, bf16 or fp16 (GPUs only) [default: as the student was trained]",
        HelpName = "NAME",
    };

    /// <summary>For verbs that use a student: it knows how it was trained.</summary>
    public static SettingToggle Upright { get; } = new(
        "--upright",
        "--no-upright",
        "INPUT.UPRIGHT",
        "Turn pictures as their EXIF orientation says",
        "Take pictures as they are stored",
        Default: "as the student was trained");

    public static void WarnOfSkipped(SkippedPicture picture) =>
        Messages.Warning($"skipped {picture.Path}: {picture.Reason}");
}
