using System.Text.Json;
using PromptKD.Models;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Training;

/// <summary>
/// A run's state in one safetensors file: learned values and running statistics (<c>state/…</c>), what the optimizer
/// remembers (<c>optimizer/…</c>), and the position and provenance as JSON in the header. Written whole or not at all.
/// </summary>
internal sealed class TrainingCheckpoint : IDisposable
{
    private const string StatePrefix = "state/";
    private const string OptimizerPrefix = "optimizer/";
    private const string PositionKey = "position";
    private const string InputsKey = "inputs";

    private readonly string _path;
    private readonly IReadOnlyDictionary<string, Tensor> _tensors;

    private TrainingCheckpoint(
        string path,
        TrainingPosition position,
        IReadOnlyDictionary<string, string> inputs,
        IReadOnlyDictionary<string, Tensor> tensors)
    {
        _path = path;
        _tensors = tensors;
        Position = position;
        Inputs = inputs;
    }

    /// <summary>How far the run had come.</summary>
    public TrainingPosition Position { get; }

    /// <summary>What the run was made from: a digest for each input.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; }

    /// <summary>Learned values and running statistics by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State => Under(StatePrefix);

    /// <summary>What the optimizer remembers, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> OptimizerState => Under(OptimizerPrefix);

    /// <summary>Writes a checkpoint over an older one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="position">How far the run has come.</param>
    /// <param name="inputs">A digest for each input.</param>
    /// <param name="state">Learned values and running statistics.</param>
    /// <param name="optimizer">What the optimizer remembers.</param>
    /// <exception cref="PromptKDException">The file cannot be written; the older one stands.</exception>
    public static void Write(
        string path,
        TrainingPosition position,
        IReadOnlyDictionary<string, string> inputs,
        IEnumerable<KeyValuePair<string, Tensor>> state,
        IEnumerable<KeyValuePair<string, Tensor>> optimizer)
    {
        KeyValuePair<string, Tensor>[] tensors =
        [
            .. state.Select(named => KeyValuePair.Create(StatePrefix + named.Key, named.Value)),
            .. optimizer.Select(named => KeyValuePair.Create(OptimizerPrefix + named.Key, named.Value)),
        ];
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string>
        {
            [PositionKey] = JsonSerializer.Serialize(position, RecordJson.Options),
            [InputsKey] = JsonSerializer.Serialize(inputs, RecordJson.Options),
        });
    }

    /// <summary>Reads a checkpoint; null where there is none.</summary>
    /// <exception cref="PromptKDException">The file is damaged, not one of ours, or of a run that diverged.</exception>
    public static TrainingCheckpoint? ReadIfAny(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        Dictionary<string, string> metadata = SafetensorsFile.ReadMetadata(path);
        try
        {
            var checkpoint = new TrainingCheckpoint(
                path,
                JsonSerializer.Deserialize<TrainingPosition>(metadata[PositionKey], RecordJson.Options)!,
                JsonSerializer.Deserialize<Dictionary<string, string>>(metadata[InputsKey], RecordJson.Options)!,
                SafetensorsFile.Read(path));
            checkpoint.RefuseOtherNames();
            checkpoint.RefuseDivergence();
            return checkpoint;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException)
        {
            throw new PromptKDException(
                $"{path}: not a checkpoint of a run of ours ({error.Message}). Delete it to start afresh.", error);
        }
    }

    /// <summary>Copies the learned values into their places.</summary>
    /// <param name="places">As the method names them.</param>
    /// <exception cref="PromptKDException">A value is missing or of another shape.</exception>
    public void CopyState(IEnumerable<KeyValuePair<string, Tensor>> places)
    {
        using IDisposable noGradients = no_grad();
        IReadOnlyDictionary<string, Tensor> state = State;
        foreach ((string name, Tensor place) in places)
        {
            if (!state.TryGetValue(name, out Tensor? value) || !value.shape.SequenceEqual(place.shape))
            {
                string found = value is null ? "missing" : ShapeText.Of(value.shape);
                throw new PromptKDException(
                    $"{_path}: '{name}' is {found}, expected {ShapeText.Of(place.shape)}: it is a checkpoint of another "
                    + "method or of other sizes. Use another output folder, or delete this one to start afresh.");
            }

            place.copy_(value);
        }
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private void RefuseOtherNames()
    {
        if (_tensors.Keys.FirstOrDefault(name => !IsUnder(StatePrefix, name) && !IsUnder(OptimizerPrefix, name)) is { } other)
        {
            Dispose();
            throw new PromptKDException(
                $"{_path}: '{other}' is no part of a checkpoint of this version. Delete it to start afresh.");
        }
    }

    private static bool IsUnder(string prefix, string name) => name.StartsWith(prefix, StringComparison.Ordinal);

    private void RefuseDivergence()
    {
        if (FiniteValues.FindFault(_tensors) is { } name)
        {
            Dispose();
            throw new PromptKDException(
                $"{_path}: '{name}' holds values that are no numbers, so the run cannot go on from it. Start afresh in another "
                + "output folder with a lower --lr.");
        }
    }

    private Dictionary<string, Tensor> Under(string prefix) =>
        _tensors.Where(named => IsUnder(prefix, named.Key))
            .ToDictionary(named => named.Key[prefix.Length..], named => named.Value);
}
