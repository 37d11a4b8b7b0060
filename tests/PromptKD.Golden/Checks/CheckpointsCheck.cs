using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using PromptKD.Models.Weights;
using PromptKD.Models.Weights.Pickle;

namespace PromptKD.Golden.Checks;

/// <summary>
/// Reads every checkpoint file of the case: bytes of all tensors, the numbers that trainers store beside them, and
/// what the models give.
/// </summary>
internal sealed class CheckpointsCheck : IGoldenCheck
{
    public string Kind => "checkpoints";

    public IEnumerable<Comparison> Run(GoldenCase golden) => golden.Json.GetProperty("files").EnumerateObject()
        .SelectMany(file => CompareFile(golden, file.Name, file.Value))
        .Concat(CheckpointForward.Run(golden));

    private static IEnumerable<Comparison> CompareFile(GoldenCase golden, string name, JsonElement expected)
    {
        using CheckpointFile file = CheckpointFile.Open(golden.PathOf(name));
        foreach (JsonProperty tensor in expected.GetProperty("state_dict").EnumerateObject())
        {
            TensorEntry? actual = file.Tensors.GetValueOrDefault(tensor.Name);
            yield return CompareTensor($"{name}: {tensor.Name}", actual, tensor.Value);
        }

        if (expected.TryGetProperty("keys", out JsonElement keys))
        {
            yield return Comparison.Same(
                $"{name}: keys", string.Join(' ', file.Values.Keys), string.Join(' ', keys.EnumerateArray()));
        }

        if (expected.TryGetProperty("epoch", out JsonElement epoch))
        {
            yield return Comparison.Same($"{name}: epoch", file.Epoch, epoch.GetInt64());
        }

        if (expected.TryGetProperty("val_result", out JsonElement result))
        {
            double? value = result.ValueKind == JsonValueKind.Null ? null : result.GetDouble();
            yield return Comparison.Same($"{name}: val_result", file.ValidationResult, value);
        }

        foreach (Comparison comparison in CompareTraining(file, name, expected).Concat(CompareNested(file, name)))
        {
            yield return comparison;
        }
    }

    private static IEnumerable<Comparison> CompareTraining(CheckpointFile file, string name, JsonElement expected)
    {
        if (expected.TryGetProperty("optimizer", out JsonElement optimizer))
        {
            PickleDictionary actual = file.Values.Find<PickleDictionary>("optimizer")!;
            yield return CompareValue(
                $"{name}: param_groups", actual["param_groups"], optimizer.GetProperty("param_groups"));
            PickleDictionary states = actual.Find<PickleDictionary>("state")!;
            foreach (JsonProperty buffer in optimizer.GetProperty("momentum_buffers").EnumerateObject())
            {
                long index = long.Parse(buffer.Name, CultureInfo.InvariantCulture);
                StoredTensor? stored = states.Find<PickleDictionary>(index)?.Find<StoredTensor>("momentum_buffer");
                TensorEntry? entry = stored is null
                    ? null
                    : new TensorEntry(stored.Shape, stored.Storage.Type, () => file.Read(stored));
                yield return CompareTensor($"{name}: momentum of {buffer.Name}", entry, buffer.Value);
            }
        }

        if (expected.TryGetProperty("scheduler", out JsonElement scheduler))
        {
            PickleDictionary actual = file.Values.Find<PickleDictionary>("scheduler")!;
            var successor = actual.Find<PickleObject>("successor");
            string? expectedClass = scheduler.GetProperty("successor_class").GetString();
            yield return CompareEntries($"{name}: scheduler", actual, scheduler.GetProperty("plain"));
            yield return Comparison.Same($"{name}: successor", successor?.Class.ToString(), expectedClass);
            yield return CompareEntries(
                $"{name}: successor", successor?.State as PickleDictionary, scheduler.GetProperty("successor_plain"));
        }
    }

    // The case describes the nested values of its odd file in a note: a tuple and a very large integer.
    private static IEnumerable<Comparison> CompareNested(CheckpointFile file, string name)
    {
        if (file.Values.Find<PickleDictionary>("nested") is { } nested)
        {
            object?[]? tuple = nested.Find<List<object?>>("list")?[1] as object?[];
            object?[] expected = [1L, 2.5, "x", null, true];
            yield return Comparison.Same($"{name}: nested tuple", tuple?.SequenceEqual(expected), true);
            yield return Comparison.Same($"{name}: nested int", nested["int"], BigInteger.Pow(10, 20));
        }
    }

    private static Comparison CompareTensor(string name, TensorEntry? actual, JsonElement expected)
    {
        if (actual is null)
        {
            return Comparison.Same(name, "missing", "present");
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor values = actual.Read();
        string digest = Convert.ToHexStringLower(SHA256.HashData(values.contiguous().bytes));
        string type = ElementTypes.ToSafetensors(actual.Type);
        string shape = string.Join(", ", expected.GetProperty("shape").EnumerateArray());
        return Comparison.Same(
            name,
            $"{type} [{string.Join(", ", actual.Shape)}] = [{string.Join(", ", values.shape)}] {digest}",
            $"{expected.GetProperty("dtype")} [{shape}] = [{shape}] {expected.GetProperty("sha256")}");
    }

    private static Comparison CompareEntries(string name, PickleDictionary? actual, JsonElement expected) =>
        Comparison.Same(
            $"{name}: {string.Join(' ', expected.EnumerateObject().Select(entry => entry.Name))}",
            actual is not null
                && expected.EnumerateObject().All(entry => Agrees(actual.GetValueOrDefault(entry.Name), entry.Value)),
            true);

    private static Comparison CompareValue(string name, object? actual, JsonElement expected) =>
        Comparison.Same(name, Agrees(actual, expected), true);

    private static bool Agrees(object? actual, JsonElement expected) => (actual, expected.ValueKind) switch
    {
        (null, JsonValueKind.Null) => true,
        (bool value, JsonValueKind.True or JsonValueKind.False) => value == expected.GetBoolean(),
        (string value, JsonValueKind.String) => value == expected.GetString(),
        (long value, JsonValueKind.Number) => value == expected.GetDouble(),
        (double value, JsonValueKind.Number) => value.Equals(expected.GetDouble()),
        (IReadOnlyList<object?> list, JsonValueKind.Array) => list.Count == expected.GetArrayLength()
            && list.Zip(expected.EnumerateArray()).All(pair => Agrees(pair.First, pair.Second)),
        (PickleDictionary dictionary, JsonValueKind.Object) => dictionary.Count == expected.EnumerateObject().Count()
            && expected.EnumerateObject().All(entry => Agrees(dictionary.GetValueOrDefault(entry.Name), entry.Value)),
        _ => false,
    };
}
