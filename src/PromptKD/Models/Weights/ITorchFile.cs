namespace PromptKD.Models.Weights;

/// <summary>A PyTorch file: a pickled tree of objects, and the storages its tensors are views of.</summary>
internal interface ITorchFile : IDisposable
{
    /// <summary>What was pickled; its tensors are <see cref="StoredTensor"/>s.</summary>
    object? Root { get; }

    /// <summary>Reads a tensor's values.</summary>
    /// <exception cref="PromptKDException">The file is cut short or damaged.</exception>
    Tensor Read(StoredTensor tensor);
}
