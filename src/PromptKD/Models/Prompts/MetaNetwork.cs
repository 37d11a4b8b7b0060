using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Prompts;

/// <summary>CoCoOp's meta-net: from an image to one vector that is added to every learned token.</summary>
/// <remarks>arXiv 2203.05557, section 3.2: linear, ReLU, linear, with a sixteenth of the width between.</remarks>
internal sealed class MetaNetwork : Module<Tensor, Tensor>
{
    /// <summary>Width of image features over the width between the two layers.</summary>
    public const int Reduction = 16;

    [ComponentName(Name = "linear1")]
    private readonly Linear _narrow;

    [ComponentName(Name = "linear2")]
    private readonly Linear _widen;

    /// <summary>Torch's default initial values (uniform in ±1/√inputs), float32.</summary>
    /// <param name="embedding">Width of image features.</param>
    /// <param name="width">Width of the text tower's tokens.</param>
    /// <param name="device">Where it is to live.</param>
    public MetaNetwork(int embedding, int width, Device device)
        : base(nameof(MetaNetwork))
    {
        _narrow = Linear(embedding, embedding / Reduction, device: device);
        _widen = Linear(embedding / Reduction, width, device: device);
        RegisterComponents();
    }

    /// <param name="x">Normalised image features, float32, [batch, embedding].</param>
    /// <returns>[batch, width].</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return _widen.forward(functional.relu(_narrow.forward(x))).MoveToOuterDisposeScope();
    }
}
