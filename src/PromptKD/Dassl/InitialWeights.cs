using PromptKD.Methods;
using PromptKD.Models.Weights;

namespace PromptKD.Dassl;

/// <summary>MODEL.INIT_WEIGHTS: values that a method starts from in place of random ones.</summary>
internal static class InitialWeights
{
    /// <summary>Copies in every tensor of a checkpoint whose name and shape the method has.</summary>
    /// <exception cref="PromptKDException">The file cannot be read, or none of its tensors fits.</exception>
    public static void Load(ITrainedMethod method, string path)
    {
        using CheckpointFile file = CheckpointFile.Open(path);
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int fitting = 0;
        foreach ((string name, Tensor place) in method.CheckpointState)
        {
            if (file.Tensors.TryGetValue(name, out TensorEntry? entry) && entry.Shape.SequenceEqual(place.shape))
            {
                place.copy_(entry.Read());
                fitting++;
            }
        }

        if (fitting == 0)
        {
            throw new PromptKDException(
                $"{path}: none of its {file.Tensors.Count} tensors has the name and the shape of one of the method's. "
                + "Check MODEL.INIT_WEIGHTS.");
        }
    }
}
