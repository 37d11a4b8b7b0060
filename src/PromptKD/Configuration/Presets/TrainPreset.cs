using PromptKD.Methods;
using PromptKD.Runs.Train;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Configuration.Presets;

/// <summary>What <c>train</c> makes of a configuration, and what it refuses.</summary>
internal static class TrainPreset
{
    /// <summary>TRAINER.NAME of the method that learns without labels.</summary>
    public const string PromptKD = "PromptKD";

    private const string BaseToNovel = "base2novel";

    private static readonly string[] s_trainers = [PromptKD, .. LabelledMethods.Names];

    /// <summary>The configuration as it is run: REFERENCE True sets what it stands for.</summary>
    /// <exception cref="PromptKDException">A setting is missing, unknown, or can't be used for training.</exception>
    public static ExperimentConfig Resolve(ExperimentConfig config, TrainingRequest request)
    {
        Require(config.Trainer.Name, "--trainer", $"one of {string.Join(", ", s_trainers)}");
        Require(config.Dataset.Name, "--dataset-config-file", "a file of configs/datasets");
        Require(config.Dataset.Root, "--root", "the folder that holds the data sets");
        if (!s_trainers.Contains(config.Trainer.Name))
        {
            string nearest = NearestName.To(config.Trainer.Name, s_trainers);
            throw new PromptKDException(
                $"No trainer '{config.Trainer.Name}'. Did you mean {nearest}? There are {string.Join(", ", s_trainers)}.");
        }

        if (IsEvaluation(config, request))
        {
            DistillPreset.CheckInput(config.Input);
        }
        else
        {
            DistillPreset.CheckTraining(config);
        }

        return !config.Reference ? config : config with
        {
            Test = config.Test with { Select = "reference" },
            Trainer = config.Trainer with { PromptKD = config.Trainer.PromptKD with { HalfPrompts = true } },
        };
    }

    /// <summary>Whether nothing is to be trained: it is asked for, or the method learns nothing.</summary>
    public static bool IsEvaluation(ExperimentConfig config, TrainingRequest request) =>
        request.EvalOnly || config.Trainer.Name.StartsWith("Zeroshot", StringComparison.Ordinal);

    /// <summary>Whether base classes are judged among themselves, and novel ones among themselves.</summary>
    public static bool IsBaseToNovel(ExperimentConfig config) =>
        config.Trainer.Name == PromptKD && config.Trainer.Modal == BaseToNovel;

    /// <summary>Where to compute, in the precision of the trainer.</summary>
    /// <param name="config">TRAINER.*.PREC; the family's default, fp16, becomes what suits a processor there.</param>
    /// <param name="observer">Is told of that.</param>
    /// <exception cref="PromptKDException">The device or precision is not to be had here.</exception>
    public static ComputeTarget Target(ExperimentConfig config, ITrainingObserver observer)
    {
        string device = config.Device == "auto" && !config.UseCuda ? "cpu" : config.Device;
        string key = $"TRAINER.{config.Trainer.Name.ToUpperInvariant()}.PREC";
        string precision = config.Flatten().GetValueOrDefault(key) as string ?? "auto";
        bool isProcessor = ComputeTarget.Resolve(device, "fp32").Device.type == DeviceType.CPU;
        if (!isProcessor || precision != "fp16")
        {
            return ComputeTarget.Resolve(device, precision);
        }

        var target = ComputeTarget.Resolve(device, "auto");
        observer.OnPhase($"{key} is fp16, which is for GPUs: computing in {target.PrecisionName} here");
        return target;
    }

    private static void Require(string value, string option, string what)
    {
        if (value.Length == 0)
        {
            throw new PromptKDException($"Nothing is given for {option}: {what}.");
        }
    }
}
