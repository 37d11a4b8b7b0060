using PromptKD.Configuration;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Methods;

/// <summary>What a method is built from.</summary>
internal sealed record MethodInputs
{
    /// <summary>
    /// TRAINER.*, SEED, DATASET.NAME (for the sentences of plain CLIP), TRAIN.TEXT_CHUNK, TRAIN.MEMORY.
    /// </summary>
    public required ExperimentConfig Config { get; init; }

    /// <summary>The CLIP that is prompted; stays the caller's and is no longer needed afterwards.</summary>
    public required ClipCheckpoint Clip { get; init; }

    /// <summary>Class names, in label order.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Where to compute, and the element type of the frozen weights. What is learned is float32.</summary>
    public required ComputeTarget Target { get; init; }

    /// <summary>The tokenizer of that CLIP's vocabulary, read when it is first asked for.</summary>
    public required Lazy<ITextTokenizer> Tokenizer { get; init; }

    /// <summary>Whom the method learns from; the method takes it over. Null where it learns from labels.</summary>
    public ITeacher? Teacher { get; init; }

    /// <summary>Is told of settings that do something else than they seem to.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>Starts torch's generator from SEED, just before what is learned is drawn.</summary>
    public void SeedTorch()
    {
        if (Config.Seed >= 0)
        {
            manual_seed(Config.Seed);
        }
    }
}
