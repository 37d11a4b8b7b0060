using Microsoft.ML.OnnxRuntime;

namespace PromptKD.Runtime;

/// <summary>Chooses what computes a graph, by name.</summary>
internal static class ExecutionProvider
{
    private const string Ending = "ExecutionProvider";

    /// <summary>The one that every ONNX Runtime has.</summary>
    public const string Processor = "CPU";

    /// <summary>Refuses a name of no provider that this ONNX Runtime has.</summary>
    /// <param name="name">As ONNX Runtime calls it, with or without its ending.</param>
    /// <exception cref="PromptKDException">There is none; the message lists those that are there.</exception>
    public static void Require(string name)
    {
        if (!ShortOf(name).Equals(Processor, StringComparison.OrdinalIgnoreCase))
        {
            Find(name);
        }
    }

    /// <summary>Asks for a provider; what it cannot compute, the processor does.</summary>
    /// <param name="options">Of the session.</param>
    /// <param name="name">As ONNX Runtime calls it, with or without its ending.</param>
    /// <param name="device">Which device, from 0.</param>
    /// <exception cref="PromptKDException">It is not in this ONNX Runtime, or finds no device.</exception>
    public static void Append(SessionOptions options, string name, int device)
    {
        string provider = Find(name);
        try
        {
            Append(options, provider.ToUpperInvariant(), provider, device);
        }
        catch (OnnxRuntimeException error)
        {
            throw Missing($"The execution provider '{name}' cannot be used: {OnnxSession.ReasonOf(error)}.", error);
        }
    }

    private static string Find(string name)
    {
        string wanted = ShortOf(name);
        string[] there = [.. OrtEnv.Instance().GetAvailableProviders().Select(ShortOf)];
        return there.FirstOrDefault(one => one.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw Missing(
                $"There is no execution provider '{name}' in this ONNX Runtime, but {string.Join(", ", there)}. Take "
                + "one of them, or reference the package of ONNX Runtime that has it.");
    }

    private static void Append(SessionOptions options, string key, string provider, int device)
    {
        switch (key)
        {
            case Processor:
                break;
            case "CUDA":
                options.AppendExecutionProvider_CUDA(device);
                break;
            case "TENSORRT":
                options.AppendExecutionProvider_Tensorrt(device);
                break;
            case "DML":
                options.AppendExecutionProvider_DML(device);
                break;
            case "COREML":
                options.AppendExecutionProvider_CoreML();
                break;
            case "OPENVINO":
                options.AppendExecutionProvider_OpenVINO();
                break;
            default:
                options.AppendExecutionProvider(provider);
                break;
        }
    }

    private static string ShortOf(string name) =>
        name.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? name[..^Ending.Length] : name;

    private static PromptKDException Missing(string message, Exception? error = null) =>
        new(message, error) { Code = PromptKDError.NotSupported };
}
