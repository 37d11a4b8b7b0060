using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>Fills modules with named tensors, strictly: nothing missing, nothing misshapen.</summary>
internal static class ModuleWeights
{
    /// <summary>
    /// Copies a checkpoint's values into a module's parameters and buffers, in the module's own element type, and
    /// freezes the parameters.
    /// </summary>
    /// <param name="module">The module to fill.</param>
    /// <param name="tensors">Named tensors; those that the module has no place for are left alone.</param>
    /// <param name="prefix">Stands before the module's own names in <paramref name="tensors"/>, as "visual.".</param>
    /// <param name="source">What the tensors belong to, for error messages.</param>
    /// <exception cref="PromptKDException">A tensor is missing or of another shape.</exception>
    public static void Fill(
        Module module, IReadOnlyDictionary<string, Tensor> tensors, string prefix, string source)
    {
        using IDisposable noGradients = no_grad();
        foreach ((string name, Tensor place) in module.state_dict())
        {
            if (!tensors.TryGetValue(prefix + name, out Tensor? value))
            {
                throw new PromptKDException($"{source}: no tensor '{prefix}{name}'. Is the checkpoint complete?");
            }

            if (!value.shape.SequenceEqual(place.shape))
            {
                throw new PromptKDException(
                    $"{source}: '{prefix}{name}' is [{string.Join(", ", value.shape)}], expected "
                    + $"[{string.Join(", ", place.shape)}]. Is this a checkpoint of another architecture?");
            }

            place.copy_(value);
        }

        foreach (Parameter parameter in module.parameters())
        {
            parameter.requires_grad = false;
        }
    }
}
