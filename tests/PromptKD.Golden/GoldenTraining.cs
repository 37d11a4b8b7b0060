using System.Globalization;
using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Methods;
using PromptKD.Training;
using TorchSharp.Modules;

namespace PromptKD.Golden;

/// <summary>Training as a case describes it under <c>optim</c>, by the training loop's own step.</summary>
internal static class GoldenTraining
{
    /// <summary>Learning rates by epoch.</summary>
    public static LearningRateSchedule Schedule(JsonElement optim) => new(new OptimConfig
    {
        Lr = optim.GetProperty("lr").GetDouble(),
        MaxEpoch = optim.GetProperty("max_epoch").GetInt32(),
        LrScheduler = optim.GetProperty("lr_scheduler").GetString()!,
        WarmupEpoch = optim.GetProperty("warmup_epoch").GetInt32(),
        WarmupType = optim.GetProperty("warmup_type").GetString()!,
        WarmupConsLr = optim.GetProperty("warmup_cons_lr").GetDouble(),
    });

    /// <summary>A loop of which only <see cref="TrainingLoop.Step"/> is used.</summary>
    public static TrainingLoop Loop(ITrainedMethod method, JsonElement optim) => new(method, new TrainingPlan
    {
        Epochs = 1,
        BatchesPerEpoch = 1,
        PicturesPerEpoch = 1,
        Batches = (_, _) => [],
        Schedule = Schedule(optim),
        CheckpointPath = "",
        Optimizer = new OptimizerSettings(
            optim.GetProperty("momentum").GetDouble(),
            optim.GetProperty("weight_decay").GetDouble(),
            optim.TryGetProperty("dampening", out JsonElement dampening) ? dampening.GetDouble() : 0,
            optim.TryGetProperty("nesterov", out JsonElement nesterov) && nesterov.GetBoolean()),
    });

    /// <summary>"step3." for the third step.</summary>
    public static string Step(int step) => string.Create(CultureInfo.InvariantCulture, $"step{step}.");

    /// <summary>Keeps the gradients of everything learned as "{prefix}grad.NAME".</summary>
    public static void AddGradients(
        Dictionary<string, Tensor> results, string prefix, IEnumerable<KeyValuePair<string, Parameter>> learned)
    {
        foreach ((string name, Parameter parameter) in learned)
        {
            results[$"{prefix}grad.{name}"] = parameter.grad!.clone().MoveToOuterDisposeScope();
        }
    }

    /// <summary>Keeps copies of values as "{prefix}param.NAME".</summary>
    public static void AddValues(
        Dictionary<string, Tensor> results, string prefix, IEnumerable<KeyValuePair<string, Tensor>> state)
    {
        foreach ((string name, Tensor value) in state)
        {
            results[$"{prefix}param.{name}"] = value.detach().clone();
        }
    }

    /// <summary>
    /// Compares all that a case expects with what was computed; what is missing counts as a difference.
    /// </summary>
    public static IEnumerable<Comparison> Compare(GoldenCase golden, Dictionary<string, Tensor> actual)
    {
        const double RateTolerance = 1e-12;
        foreach ((string name, Tensor expected) in golden.ReadTensors("expected.safetensors"))
        {
            yield return actual.TryGetValue(name, out Tensor? ours)
                ? Comparison.Of(name, ours, expected, golden.Tolerance(name) ?? (name == "lrs" ? RateTolerance : 0))
                : Comparison.Same(name, "not computed", "computed");
        }
    }
}
