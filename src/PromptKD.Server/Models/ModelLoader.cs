using Microsoft.Extensions.Logging;
using PromptKD.Inference;
using PromptKD.Runtime;
using PromptKD.Server.Batching;

namespace PromptKD.Server.Models;

/// <summary>Loads models, and warms them up.</summary>
internal sealed class ModelLoader(PromptKDServerOptions options, DecodeSlots slots, ILoggerFactory logs)
{
    private readonly ILogger _logger = logs.CreateLogger("PromptKD");

    /// <summary>Loads what lies at a model's place.</summary>
    /// <exception cref="PromptKDException">It is no model, or damaged; or the device is not there.</exception>
    public ServedModel Load(ModelSlot slot)
    {
        FolderClassifier classifier = slot.Source.IsOnnx
            ? OnnxStudentClassifier.Load(slot.Source.Path, ForOnnx())
            : StudentClassifier.Load(slot.Source.Path, ForTorch());
        var rules = new BatchRules(options.Batch, options.Delay, options.Workers);
        var model = new ServedModel(slot.Source, classifier, rules, slot.Places, slots, slot.Meters);
        try
        {
            model.WarmUp(options.Batch);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private TorchOptions ForTorch() => new()
    {
        Device = options.Device,
        DeviceIndex = options.DeviceIndex,
        Precision = options.Precision,
        OnnxProvider = options.OnnxProvider ?? "CPU",
        Threads = options.Threads,
        Upright = options.Upright,
        MaxPixels = options.MaxPixels,
        MaxBytes = options.MaxBodyBytes,
        BatchSize = options.Batch,
        Logger = _logger,
    };

    private OnnxOptions ForOnnx() => new()
    {
        Provider = options.OnnxProvider ?? (options.Device == ComputeDevice.Cuda ? "CUDA" : "CPU"),
        DeviceIndex = options.DeviceIndex,
        Threads = options.Threads is > 0 ? options.Threads : null,
        Upright = options.Upright,
        MaxPixels = options.MaxPixels,
        MaxBytes = options.MaxBodyBytes,
        BatchSize = options.Batch,
        Logger = _logger,
    };
}
