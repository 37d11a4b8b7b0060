using PromptKD.Models.Weights;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>What the methods do with lists of named tensors.</summary>
internal static class NamedTensors
{
    /// <summary>Parameters as tensors.</summary>
    public static IReadOnlyList<KeyValuePair<string, Tensor>> Of(
        IEnumerable<KeyValuePair<string, Parameter>> parameters) =>
        [.. parameters.Select(named => KeyValuePair.Create<string, Tensor>(named.Key, named.Value))];

    /// <summary>New handles of the same values, under longer names.</summary>
    public static IEnumerable<KeyValuePair<string, Tensor>> Below(
        string prefix, IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
        tensors.Select(named => KeyValuePair.Create(prefix + named.Key, named.Value.detach()));

    /// <summary>Copies the values of a checkpoint into what is learned.</summary>
    /// <param name="places">What is learned, by name.</param>
    /// <param name="tensors">By name; more than is learned may be there.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="PromptKDException">A learned value is missing or of another shape.</exception>
    public static void Load(
        IEnumerable<KeyValuePair<string, Parameter>> places, IReadOnlyDictionary<string, Tensor> tensors, string source)
    {
        using IDisposable noGradients = no_grad();
        foreach ((string name, Parameter place) in places)
        {
            if (!tensors.TryGetValue(name, out Tensor? value))
            {
                throw new PromptKDException(
                    $"{source}: no tensor '{name}' among {tensors.Count}. Is it a checkpoint of TRAINER.NAME?");
            }

            if (!value.shape.SequenceEqual(place.shape))
            {
                throw new PromptKDException(
                    $"{source}: '{name}' is {ShapeText.Of(value.shape)}, expected {ShapeText.Of(place.shape)}. Do the "
                    + "backbone, the prompts' length and depth, and (for prompts of each class) the classes match?");
            }

            place.copy_(value);
        }
    }
}
