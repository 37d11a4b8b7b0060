using PromptKD.Configuration;
using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;

namespace PromptKD.Runs;

/// <summary>What a configuration leaves open, settled by one rule for all kinds of run.</summary>
internal static class Settling
{
    /// <summary>
    /// A negative SEED asks for any: one is drawn, recorded by the run, and kept by whoever goes on with it.
    /// </summary>
    /// <exception cref="PromptKDException">Several processes would draw several.</exception>
    public static ExperimentConfig Seed(ExperimentConfig config) => config.Seed >= 0 ? config
        : ProcessGroup.Count > 1 ? throw new PromptKDException(
            $"SEED is {config.Seed}: each of {ProcessGroup.Count} processes would draw one of its own. Give 0 or more "
            + "(‹seed›).")
        : config with { Seed = RunFolder.RecordedSeed(config.OutputDir) ?? Random.Shared.Next() };

    /// <summary>Where to compute, in the precision of the method.</summary>
    /// <param name="config">DEVICE, USE_CUDA, ONNX_PROVIDER, and the method's PREC.</param>
    /// <param name="method">Whose.</param>
    /// <param name="warnings">Receives what is computed otherwise than asked for.</param>
    /// <exception cref="PromptKDException">The device or precision is not to be had here.</exception>
    public static ComputeTarget Target(ExperimentConfig config, MethodRow method, ICollection<string> warnings)
    {
        (string key, string precision) = method.Precision(config);
        string device = ComputeTarget.DeviceOf(config.Device, config.UseCuda, ProcessGroup.Place);
        return ComputeTarget.Resolve(device, precision, config.UseCuda, note => warnings.Add($"{key}: {note}"))
            .WithProvider(config.OnnxProvider);
    }
}
