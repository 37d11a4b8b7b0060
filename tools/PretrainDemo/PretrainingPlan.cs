using System.Text.Json.Serialization;
using PromptKD.Models.Clip;

namespace PretrainDemo;

/// <summary>What a model is, and how it learns.</summary>
internal sealed record PretrainingPlan
{
    private const double FirstScale = 1 / 0.07; // CLIP, section 2.5

    /// <summary>The model's part, such as "teacher".</summary>
    public required string Name { get; init; }

    /// <summary>The model's sizes, without those of the vocabulary.</summary>
    public required ClipArchitecture Architecture { get; init; }

    /// <summary>Updates of the weights.</summary>
    public required int Steps { get; init; }

    /// <summary>Decides the first weights and the pictures.</summary>
    public required long Seed { get; init; }

    /// <summary>Pictures in a step.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>The largest learning rate, reached after the warm-up.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Steps in which the learning rate grows from 0, linearly.</summary>
    public int WarmUpSteps { get; init; } = 50;

    /// <summary>How strongly matrices are pulled to 0.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Gradients longer than this are shortened to it.</summary>
    public double LongestGradient { get; init; } = 1;

    /// <summary>
    /// What cosine similarities are multiplied by in the end: it grows from CLIP's first value by equal factors during the
    /// first half of the steps, and is held. Null: learned, from CLIP's first value. Held at 100 from the first step on,
    /// neither tower learns anything.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Scale { get; init; }

    /// <summary>The scale of a step, counted from 0; null: learned.</summary>
    public double? ScaleAt(int step) => Scale is { } last
        ? FirstScale * Math.Pow(last / FirstScale, Math.Min(1, 2.0 * step / Steps))
        : null;

    /// <summary>The learning rate of a step, counted from 0: a linear warm-up, then half a cosine down to 0.</summary>
    public double LearningRateAt(int step)
    {
        if (step < WarmUpSteps)
        {
            return LearningRate * (step + 1) / WarmUpSteps;
        }

        double done = (step - WarmUpSteps) / (double)Math.Max(1, Steps - WarmUpSteps);
        return LearningRate * (1 + Math.Cos(Math.PI * done)) / 2;
    }
}
