using System.Globalization;
using PromptKD.Models.Towers.Layers;
using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Prompts;

/// <summary>
/// Carries student features into the teacher's space: linear, batch normalisation, ReLU, linear. The reference
/// writes it as 1×1 convolutions on 1×1 pictures; the numbers are the same. With one layer it is linear; each further
/// one stands behind another normalisation and ReLU.
/// </summary>
/// <remarks>
/// arXiv 2403.02781, section 3, and the numbers of layers that its table 12 compares; PromptKD trainers/promptkd.py,
/// Feature_Trans_Module_two_layer. Ours: while it learns, a bias before a normalisation has a gradient of exactly 0.
/// The batch's mean takes the bias away again, so that 0 is its true gradient; what torch comes to is rounding, of
/// which Adam and AdamW make whole steps.
/// </remarks>
internal sealed class Projector : Module<Tensor, Tensor>
{
    /// <summary>That of the paper's tables.</summary>
    public const int UsualLayers = 2;

    private const string Layers = "conv1";
    private const int PlacesOfLayer = 3;

    [ComponentName(Name = Layers)]
    private readonly Sequential _layers;

    private readonly IReadOnlyList<Module<Tensor, Tensor>> _parts;

    /// <summary>A projector with torch's default initial values (uniform in ±1/√inputs).</summary>
    /// <param name="inputs">Width of the student's features.</param>
    /// <param name="outputs">Width of the teacher's features.</param>
    /// <param name="device">Where it is to live; its values are float32.</param>
    /// <param name="layers">Linear layers.</param>
    public Projector(long inputs, long outputs, Device device, int layers = UsualLayers)
        : base(nameof(Projector))
    {
        List<(string Name, Module<Tensor, Tensor> Module)> parts = [("0", Linear(inputs, outputs, device: device))];
        for (int layer = 1; layer < layers; layer++)
        {
            int place = PlacesOfLayer * layer;
            parts.AddRange(
            [
                (NameOf(place - 2), new BatchNormLayer(outputs, device)),
                (NameOf(place - 1), ReLU()),
                (NameOf(place), Linear(outputs, outputs, device: device)),
            ]);
        }

        _parts = [.. parts.Select(part => part.Module)];
        _layers = Sequential(parts);
        RegisterComponents();
    }

    /// <summary>Linear layers.</summary>
    public int LayerCount => (_parts.Count + PlacesOfLayer - 1) / PlacesOfLayer;

    /// <param name="x">Student image features, not normalised, float32, [batch, student embedding].</param>
    /// <returns>[batch, teacher embedding], not normalised.</returns>
    public override Tensor forward(Tensor x) => Through(_layers.Count, x);

    /// <summary>What a linear layer sees of student features, [batch, inputs of the layer].</summary>
    /// <param name="layer">Index.</param>
    /// <param name="x">[batch, student embedding].</param>
    public Tensor BeforeLinear(int layer, Tensor x) => Through(PlacesOfLayer * layer, x);

    /// <summary>What the normalisation before a linear layer sees, [batch, inputs of the layer].</summary>
    /// <param name="layer">Index of the linear layer, from 1.</param>
    /// <param name="x">[batch, student embedding].</param>
    public Tensor BeforeNorm(int layer, Tensor x) => Through((PlacesOfLayer * layer) - 2, x);

    /// <summary>The normalisation before a linear layer.</summary>
    /// <param name="layer">Index of the linear layer, from 1.</param>
    public BatchNormLayer NormOf(int layer) => (BatchNormLayer)_parts[(PlacesOfLayer * layer) - 2];

    /// <summary>Inputs of a linear layer.</summary>
    /// <param name="layer">Index.</param>
    public long InputsOf(int layer) => LinearOf(layer).weight.shape[1];

    /// <summary>Replaces a linear layer's values.</summary>
    /// <param name="layer">Index.</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    public void SetLinear(int layer, Tensor weight, Tensor bias)
    {
        LinearOf(layer).weight.copy_(weight);
        LinearOf(layer).bias!.copy_(bias);
    }

    /// <summary>What the reference calls a linear layer.</summary>
    /// <param name="layer">Index.</param>
    public static string NameOfLinear(int layer) => $"{Layers}.{NameOf(PlacesOfLayer * layer)}";

    /// <summary>What the reference calls the normalisation before a linear layer.</summary>
    /// <param name="layer">Index of the linear layer, from 1.</param>
    public static string NameOfNorm(int layer) => $"{Layers}.{NameOf((PlacesOfLayer * layer) - 2)}";

    private Linear LinearOf(int layer) => (Linear)_parts[PlacesOfLayer * layer];

    private Tensor Through(int parts, Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return Enumerable.Range(0, parts)
            .Aggregate(x.alias(), (seen, place) => Forward(place, seen)).MoveToOuterDisposeScope();
    }

    private Tensor Forward(int place, Tensor x)
    {
        if (!training || _parts[place] is not Linear linear || place + 1 >= _parts.Count)
        {
            return _parts[place].forward(x);
        }

        // A gradient of 0, and not none: weight decay and momentum go on as they do for every other value.
        Tensor bias = linear.bias!.detach().Plus(linear.bias!.Times(0));
        return functional.linear(x, linear.weight, bias);
    }

    private static string NameOf(int place) => place.ToString(CultureInfo.InvariantCulture);
}
