using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>
/// Cuts pictures into square patches and projects each one: a convolution whose stride is its kernel size, computed
/// as one matrix product.
/// </summary>
internal sealed class PatchEmbedding : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    public PatchEmbedding(int patchSize, int width, ScalarType type, Device device)
        : base(nameof(PatchEmbedding))
    {
        _weight = Parameter(empty([width, 3, patchSize, patchSize], type, device));
        RegisterComponents();
    }

    /// <param name="images">
    /// [batch, 3, height, width]; what is left of a side behind its last whole patch is not seen.
    /// </param>
    /// <returns>[batch, patches, width], row by row.</returns>
    public override Tensor forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        long size = _weight.shape[2];
        long batch = images.shape[0], rows = images.shape[2] / size, columns = images.shape[3] / size;
        Tensor patches = images
            .narrow(2, 0, rows * size)
            .narrow(3, 0, columns * size)
            .view(batch, 3, rows, size, columns, size)
            .permute(0, 2, 4, 1, 3, 5) // [batch, rows, columns, 3, size, size]
            .reshape(batch, rows * columns, 3 * size * size);
        return functional.linear(patches, _weight.flatten(1)).MoveToOuterDisposeScope();
    }
}
