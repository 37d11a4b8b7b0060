using PromptKD.Data.Decoding;

namespace PromptKD.Inference;

/// <summary>What computes a classifier's answers. Threads may share it.</summary>
internal interface IPictureModel : IDisposable
{
    /// <summary>How it takes its pictures.</summary>
    Preprocessing Takes { get; }

    /// <summary>Computes some pictures at once.</summary>
    /// <param name="pictures">At least one, all of the model's size; stay their owner's.</param>
    /// <returns>One for each picture.</returns>
    PictureOutput[] Compute(IReadOnlyList<PreparedPicture> pictures);
}

/// <summary>What a model says of one picture.</summary>
/// <param name="Logits">Scores before softmax, [classes].</param>
/// <param name="Probabilities">[classes], 0–1.</param>
/// <param name="Features">[embedding], of length 1.</param>
internal sealed record PictureOutput(float[] Logits, float[] Probabilities, float[] Features);
