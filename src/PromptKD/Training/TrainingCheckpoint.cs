using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PromptKD.Models;
using PromptKD.Models.Weights;

namespace PromptKD.Training;

/// <summary>
/// A run's state in one safetensors file: learned values and running statistics (<c>state/…</c>), what the optimizer
/// remembers (<c>optimizer/…</c>), and position, settings and provenance in the header. Written whole or not at all,
/// sealed, and the one before it is kept: a damaged file costs what was learned since.
/// </summary>
internal sealed class TrainingCheckpoint : IDisposable
{
    private const string StatePrefix = "state/";
    private const string OptimizerPrefix = "optimizer/";
    private const string PositionKey = "position";
    private const string RunKey = "run";
    private const string InputsKey = "inputs";

    private readonly IReadOnlyDictionary<string, Tensor> _tensors;

    private TrainingCheckpoint(
        string path, IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        Path = path;
        _tensors = tensors;
        Position = Parse(metadata[PositionKey], CheckpointJson.Lines.TrainingPosition);
        Inputs = Parse(metadata[InputsKey], CheckpointJson.Lines.DictionaryStringString);
        RunMark = metadata[RunKey];
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>How far the run had come.</summary>
    public TrainingPosition Position { get; }

    /// <summary>Which run: a digest of its settings.</summary>
    public string RunMark { get; }

    /// <summary>What the run was made from: a digest for each input.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; }

    /// <summary>Whether it is the one before the last, because the last is damaged or gone.</summary>
    public bool IsPrevious { get; private init; }

    /// <summary>Learned values and running statistics by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State => Under(StatePrefix);

    /// <summary>What the optimizer remembers, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> OptimizerState => Under(OptimizerPrefix);

    /// <summary>Where the checkpoint before the last one lies.</summary>
    /// <param name="path">The last one.</param>
    public static string PreviousOf(string path)
    {
        string name = System.IO.Path.GetFileName(path);
        return System.IO.Path.Combine(
            System.IO.Path.GetDirectoryName(path)!,
            name == "last.safetensors" ? "previous.safetensors" : $"previous-{name}");
    }

    /// <summary>Whether a run has left one: the last, or that before it.</summary>
    /// <param name="path">The last one.</param>
    public static bool Exists(string path) => File.Exists(path) || File.Exists(PreviousOf(path));

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <param name="position">How far the run has come.</param>
    /// <param name="run">As <see cref="RunMark"/>.</param>
    /// <param name="inputs">A digest for each input.</param>
    /// <param name="state">Learned values and running statistics.</param>
    /// <param name="optimizer">What the optimizer remembers.</param>
    /// <param name="keepsPrevious">Whether the file that is there is kept as the one before; false replaces it.</param>
    /// <exception cref="PromptKDException">The file cannot be written; the older one stands.</exception>
    public static void Write(
        string path,
        TrainingPosition position,
        string run,
        IReadOnlyDictionary<string, string> inputs,
        IEnumerable<KeyValuePair<string, Tensor>> state,
        IEnumerable<KeyValuePair<string, Tensor>> optimizer,
        bool keepsPrevious = false)
    {
        KeyValuePair<string, Tensor>[] tensors =
        [
            .. state.Select(named => KeyValuePair.Create(StatePrefix + named.Key, named.Value)),
            .. optimizer.Select(named => KeyValuePair.Create(OptimizerPrefix + named.Key, named.Value)),
        ];
        KeyValuePair<string, string>[] metadata =
        [
            new(PositionKey, JsonSerializer.Serialize(position, CheckpointJson.Lines.TrainingPosition)),
            new(RunKey, run),
            new(InputsKey, JsonSerializer.Serialize(inputs, CheckpointJson.Lines.IReadOnlyDictionaryStringString)),
        ];
        SealedTensors.Write(path, tensors, metadata, keepsPrevious ? PreviousOf(path) : null);
    }

    /// <summary>Reads the last checkpoint, or where that is damaged the one before; null where there is none.</summary>
    /// <param name="path">The last one.</param>
    /// <param name="warn">Told in one line that the last one is damaged; null for nobody.</param>
    /// <exception cref="PromptKDException">What there is is damaged, or of a run that diverged.</exception>
    public static TrainingCheckpoint? ReadIfAny(string path, Action<string>? warn = null)
    {
        string previous = PreviousOf(path);
        TrainingCheckpoint? last = null;
        string? fault = File.Exists(path) ? TryRead(path, isPrevious: false, out last) : null;
        if (last is not null || !File.Exists(previous))
        {
            return fault is null ? last : throw new PromptKDException(
                $"{path}: {fault}. Delete it to start afresh: there is none before it.");
        }

        if (TryRead(previous, isPrevious: true, out TrainingCheckpoint? before) is { } other)
        {
            throw new PromptKDException(
                $"{(fault is null ? "" : $"{path}: {fault}; and ")}{previous}: {other}. Delete both to start afresh.");
        }

        if (fault is not null)
        {
            warn?.Invoke($"{path}: {fault}; the run goes on from the checkpoint before it, {previous}");
        }

        return before;
    }

    /// <summary>Copies the learned values into their places.</summary>
    /// <param name="places">As the method names them.</param>
    /// <exception cref="PromptKDException">A value is missing, too many, or of another shape or type.</exception>
    public void CopyState(IReadOnlyList<KeyValuePair<string, Tensor>> places)
    {
        using IDisposable noGradients = no_grad();
        IReadOnlyDictionary<string, Tensor> state = State;
        foreach ((string name, Tensor place) in places)
        {
            Tensor? value = state.GetValueOrDefault(name);
            if (value is null || value.dtype != place.dtype || !value.shape.SequenceEqual(place.shape))
            {
                throw Other(name, value is null ? "missing" : Describe(value), Describe(place));
            }
        }

        if (state.Keys.Except(places.Select(named => named.Key)).FirstOrDefault() is { } more)
        {
            throw Other(more, "there", "no such value");
        }

        foreach ((string name, Tensor place) in places)
        {
            place.copy_(state[name]);
        }
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose() => Free(_tensors);

    // What is wrong with a file, in words; null where it was read.
    private static string? TryRead(string path, bool isPrevious, out TrainingCheckpoint? checkpoint)
    {
        checkpoint = null;
        if (SealedTensors.FindFault(path) is { } damage)
        {
            return damage;
        }

        Dictionary<string, Tensor> tensors = SafetensorsFile.Read(path);
        try
        {
            checkpoint = new TrainingCheckpoint(path, SafetensorsFile.ReadMetadata(path), tensors)
            {
                IsPrevious = isPrevious,
            };
            string? fault = checkpoint.Position.FindFault() ?? checkpoint.FindOtherNames();
            checkpoint.RefuseDivergence();
            checkpoint = fault is null ? checkpoint : null;
            return fault is null ? null : $"damaged: it says {fault}";
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException)
        {
            checkpoint = null;
            return $"not a checkpoint of a run of ours ({error.Message})";
        }
        finally
        {
            if (checkpoint is null)
            {
                Free(tensors);
            }
        }
    }

    private static T Parse<T>(string json, JsonTypeInfo<T> contract)
        where T : class =>
        JsonSerializer.Deserialize(json, contract)
        ?? throw new JsonException("null where a value belongs");

    private string? FindOtherNames() => _tensors.Keys.FirstOrDefault(
        name => !IsUnder(StatePrefix, name) && !IsUnder(OptimizerPrefix, name)) is { } other
            ? $"'{other}', which is no part of a checkpoint of this version"
            : null;

    private static bool IsUnder(string prefix, string name) => name.StartsWith(prefix, StringComparison.Ordinal);

    private void RefuseDivergence()
    {
        if (FiniteValues.FindFault(_tensors) is { } name)
        {
            Dispose();
            throw new PromptKDException(
                $"{Path}: '{name}' holds values that are no numbers, so the run cannot go on from it. Start afresh in "
                + "another output folder with a lower ‹lr›.");
        }
    }

    private PromptKDException Other(string name, string found, string expected) => new(
        $"{Path}: '{name}' is {found}, expected {expected}: it is a checkpoint of another method or of other sizes. "
        + "Use another output folder, or delete this one to start afresh.");

    private static string Describe(Tensor tensor) => $"{ShapeText.Of(tensor.shape)} {tensor.dtype}";

    private static void Free(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (Tensor tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private Dictionary<string, Tensor> Under(string prefix) =>
        _tensors.Where(named => IsUnder(prefix, named.Key))
            .ToDictionary(named => named.Key[prefix.Length..], named => named.Value);
}
