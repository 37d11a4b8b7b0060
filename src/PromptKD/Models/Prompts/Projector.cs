using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Prompts;

/// <summary>
/// Carries student features into the teacher's space: linear, batch normalisation, ReLU, linear. The reference
/// writes it as 1×1 convolutions on 1×1 pictures; the numbers are the same.
/// </summary>
/// <remarks>arXiv 2403.02781, section 3; PromptKD trainers/promptkd.py, Feature_Trans_Module_two_layer.</remarks>
internal sealed class Projector : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv1")]
    private readonly Sequential _layers;

    /// <summary>A projector with torch's default initial values (uniform in ±1/√inputs).</summary>
    /// <param name="inputs">Width of the student's features.</param>
    /// <param name="outputs">Width of the teacher's features.</param>
    /// <param name="device">Where it is to live; its values are float32.</param>
    public Projector(long inputs, long outputs, Device device)
        : base(nameof(Projector))
    {
        _layers = Sequential(
            ("0", Linear(inputs, outputs, device: device)),
            ("1", BatchNorm1d(outputs, device: device)),
            ("2", ReLU()),
            ("3", Linear(outputs, outputs, device: device)));
        RegisterComponents();
    }

    /// <param name="x">Student image features, not normalised, float32, [batch, student embedding].</param>
    /// <returns>[batch, teacher embedding], not normalised.</returns>
    public override Tensor forward(Tensor x) => _layers.forward(x);
}
