using PromptKD.Methods;
using PromptKD.Models.Weights;

namespace PromptKD.Dassl;

/// <summary>MODEL.INIT_WEIGHTS: values that a method starts from in place of random ones.</summary>
internal static class InitialWeights
{
    /// <summary>Copies in every tensor of a checkpoint whose name and shape the method has.</summary>
    /// <param name="method">What is to start from them. An average over its epochs starts from them, too.</param>
    /// <param name="trainer">TRAINER.NAME: under which names the method is saved.</param>
    /// <param name="path">The checkpoint.</param>
    /// <exception cref="PromptKDException">The file cannot be read, or none of its tensors fits.</exception>
    public static void Load(ITrainedMethod method, string trainer, string path)
    {
        using CheckpointFile file = CheckpointFile.Open(path);
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int fitting = 0;
        IReadOnlyList<KeyValuePair<string, Tensor>> learned = Learned(method);
        foreach ((string name, Tensor place) in DasslModel.Of(trainer).StateOf(method, learned))
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

        method.LoadLearned(learned.ToDictionary(), path);
    }

    // What is trained, not an average of it; with the running statistics, where there are some.
    private static IReadOnlyList<KeyValuePair<string, Tensor>> Learned(ITrainedMethod method)
    {
        HashSet<string> trained = [.. method.Trainable.Select(named => named.Key)];
        return
        [
            .. NamedTensors.Of(method.Trainable),
            .. method.Deployed.Where(named => !trained.Contains(named.Key)),
        ];
    }
}
