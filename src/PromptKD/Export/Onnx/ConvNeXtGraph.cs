using PromptKD.Models.Clip;
using PromptKD.Models.Towers.ConvNeXt;

namespace PromptKD.Export.Onnx;

/// <summary><see cref="ConvNeXtTower"/> as operators.</summary>
/// <param name="layers">Receives them.</param>
/// <param name="state">Of the tower.</param>
/// <param name="tower">What its tensors do not show.</param>
internal sealed class ConvNeXtGraph(OnnxLayers layers, TowerState state, TowerDescription tower) : ITowerGraph
{
    private const int Colours = 3;

    private readonly OnnxGraph _graph = layers.Graph;

    // Heads are of no concern: of a transformer's layers it has the perceptron.
    private readonly BlockGraph _blocks = new(layers, state, heads: 1, tower.Activation, tower.NormEpsilon);

    /// <inheritdoc/>
    public string Add(string images)
    {
        FeatureMap x = Halve("stem.0", new FeatureMap(images, Colours));
        x = NormMap("stem.1", x);
        for (int stage = 0; state.HasBelow($"stages.{stage}"); stage++)
        {
            string name = $"stages.{stage}";
            x = state.HasBelow($"{name}.downsample")
                ? Halve($"{name}.downsample.1", NormMap($"{name}.downsample.0", x))
                : x;
            for (int block = 0; state.HasBelow($"{name}.blocks.{block}"); block++)
            {
                x = Block($"{name}.blocks.{block}", x);
            }
        }

        string means = layers.Flatten("pooled", _graph.Add("GlobalAveragePool", "means", [x.Name]));
        string pooled = _blocks.Norm("head.norm", means);
        return state.Has("head.proj.weight") ? layers.Linear("head.proj", pooled, state) : pooled;
    }

    private FeatureMap Block(string name, FeatureMap x)
    {
        string places = Last($"{name}/places", layers.Convolve($"{name}.conv_dw", x, state).Name);
        string y = _blocks.Perceptron($"{name}.mlp", _blocks.Norm($"{name}.norm", places));
        if (state.Find($"{name}.gamma") is { } factors)
        {
            y = _graph.Add("Mul", $"{name}/scaled", [y, _graph.Weight($"{name}.gamma", factors)]);
        }

        return x with { Name = _graph.Add("Add", name, [x.Name, First($"{name}/map", y)]) };
    }

    // A convolution whose kernels do not overlap.
    private FeatureMap Halve(string name, FeatureMap x) =>
        layers.Convolve(name, x, state, stride: state[$"{name}.weight"].shape[2], padding: 0);

    private FeatureMap NormMap(string name, FeatureMap x) =>
        x with { Name = First($"{name}/map", _blocks.Norm(name, Last($"{name}/places", x.Name))) };

    // [batch, channels, height, width] → [batch, height, width, channels].
    private string Last(string name, string x) =>
        _graph.Add("Transpose", name, [x], OnnxAttribute.Ints("perm", 0, 2, 3, 1));

    private string First(string name, string x) =>
        _graph.Add("Transpose", name, [x], OnnxAttribute.Ints("perm", 0, 3, 1, 2));
}
