using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Teachers;
using PromptKD.Training;
using static TorchSharp.torch.nn;

namespace PromptKD.Speed;

/// <summary>
/// The paper's sizes, with random content: a ViT-L/14 teacher, a ViT-B/16 student with 4 learned tokens in 9 layers,
/// batches of 8 pictures. The teacher is plain CLIP, without learned tokens of its own.
/// </summary>
internal static class TrueSize
{
    /// <summary>Pictures of a step.</summary>
    public const int BatchSize = 8;

    /// <summary>For the schedule of a first epoch; no effect on speed.</summary>
    public const double LearningRate = 0.005;

    // Small enough for activations to stay finite through 24 layers.
    private const double WeightDeviation = 0.02;

    /// <summary>Numbers of classes that are compared.</summary>
    public static IReadOnlyList<int> ClassCounts { get; } = [10, 100, 1000];

    /// <summary>The teacher's sizes.</summary>
    public static ClipArchitecture Teacher => ClipArchitecture.VitL14;

    /// <summary>The student's sizes.</summary>
    public static ClipArchitecture Student => ClipArchitecture.VitB16;

    /// <summary>What the student learns.</summary>
    public static StudentShape StudentShape { get; } =
        new(PromptLength: 4, PromptDepth: 9, Teacher.EmbeddingSize);

    /// <summary>The paper's loss.</summary>
    public static PromptKDSettings Settings { get; } =
        new(LossWeight: 1000, Temperature: 1);

    /// <summary>exp(logit_scale) of both.</summary>
    public const double LogitScale = 100;

    /// <summary>Fills a tower with small normal numbers, in place, and freezes it.</summary>
    /// <returns>The tower.</returns>
    public static TModule WithRandomWeights<TModule>(TModule tower)
        where TModule : Module
    {
        using IDisposable noGradients = no_grad();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in tower.named_parameters())
        {
            bool isGain = name.Contains("ln_", StringComparison.Ordinal)
                && name.EndsWith("weight", StringComparison.Ordinal);
            parameter.requires_grad = false;
            parameter.normal_(isGain ? 1 : 0, WeightDeviation);
        }

        return tower;
    }

    /// <summary>A batch of noise: the pictures 0 to 7 in their first view.</summary>
    public static Batch RandomBatch() => new(
        randn(BatchSize, 3, Student.ImageSize, Student.ImageSize),
        labels: null,
        [.. Enumerable.Range(0, BatchSize)])
    {
        View = 0,
    };

    /// <summary>Random text features of some classes.</summary>
    public static ClassVectors RandomClassVectors(int classes)
    {
        using Tensor drawn = randn(classes, Teacher.EmbeddingSize);
        string[] names = [.. Enumerable.Range(0, classes).Select(number => $"class {number}")];
        return new ClassVectors(names, functional.normalize(drawn, dim: -1), logitScale: 100);
    }

    /// <summary>The library's own loop, for single steps.</summary>
    public static TrainingLoop LoopOf(ITrainedMethod method)
    {
        method.SetTraining(true);
        return new TrainingLoop(method, new TrainingPlan
        {
            Epochs = 1,
            BatchesPerEpoch = 1,
            PicturesPerEpoch = BatchSize,
            Batches = (_, _) => [],
            Schedule = new LearningRateSchedule(new OptimConfig { MaxEpoch = 1 }),
            CheckpointPath = "",
        });
    }
}
