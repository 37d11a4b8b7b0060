using System.Text.Json;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Training;

/// <summary>
/// A run's state in one safetensors file: learned values and running statistics (<c>state/…</c>), momentum
/// (<c>momentum/…</c>), and the position and provenance as JSON in the header. Written whole or not at all.
/// </summary>
internal sealed class TrainingCheckpoint
{
    private const string StatePrefix = "state/";
    private const string MomentumPrefix = "momentum/";
    private const string PositionKey = "position";
    private const string InputsKey = "inputs";

    private TrainingCheckpoint(
        TrainingPosition position,
        IReadOnlyDictionary<string, string> inputs,
        IReadOnlyDictionary<string, Tensor> tensors)
    {
        Position = position;
        Inputs = inputs;
        State = Under(tensors, StatePrefix);
        Momentum = Under(tensors, MomentumPrefix);
    }

    /// <summary>How far the run had come.</summary>
    public TrainingPosition Position { get; }

    /// <summary>What the run was made from: a digest for each input.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; }

    /// <summary>Learned values and running statistics by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>Momentum by parameter name.</summary>
    public IReadOnlyDictionary<string, Tensor> Momentum { get; }

    /// <summary>Writes a checkpoint over an older one.</summary>
    /// <exception cref="PromptKDException">The file cannot be written; the older one stands.</exception>
    public static void Write(
        string path,
        TrainingPosition position,
        IReadOnlyDictionary<string, string> inputs,
        IEnumerable<KeyValuePair<string, Tensor>> state,
        IEnumerable<KeyValuePair<string, Tensor>> momentum)
    {
        KeyValuePair<string, Tensor>[] tensors =
        [
            .. state.Select(named => KeyValuePair.Create(StatePrefix + named.Key, named.Value)),
            .. momentum.Select(named => KeyValuePair.Create(MomentumPrefix + named.Key, named.Value)),
        ];
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string>
        {
            [PositionKey] = JsonSerializer.Serialize(position, RecordJson.Options),
            [InputsKey] = JsonSerializer.Serialize(inputs, RecordJson.Options),
        });
    }

    /// <summary>Reads a checkpoint; null where there is none.</summary>
    /// <exception cref="PromptKDException">The file is damaged or not one of ours.</exception>
    public static TrainingCheckpoint? ReadIfAny(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        Dictionary<string, string> metadata = SafetensorsFile.ReadMetadata(path);
        try
        {
            return new TrainingCheckpoint(
                JsonSerializer.Deserialize<TrainingPosition>(metadata[PositionKey], RecordJson.Options)!,
                JsonSerializer.Deserialize<Dictionary<string, string>>(metadata[InputsKey], RecordJson.Options)!,
                SafetensorsFile.Read(path));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException)
        {
            throw new PromptKDException(
                $"{path}: not a checkpoint of a distillation run ({error.Message}). Delete it to start afresh.", error);
        }
    }

    private static Dictionary<string, Tensor> Under(IReadOnlyDictionary<string, Tensor> tensors, string prefix) =>
        tensors.Where(named => named.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(named => named.Key[prefix.Length..], named => named.Value);
}
