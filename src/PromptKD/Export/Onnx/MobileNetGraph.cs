using PromptKD.Models.Towers.MobileNet;

namespace PromptKD.Export.Onnx;

/// <summary><see cref="MobileNetTower"/> as operators.</summary>
/// <param name="layers">Receives them.</param>
/// <param name="state">Of the tower.</param>
internal sealed class MobileNetGraph(OnnxLayers layers, TowerState state) : ITowerGraph
{
    private const int Colours = 3;

    private readonly OnnxGraph _graph = layers.Graph;

    /// <inheritdoc/>
    public string Add(string images)
    {
        FeatureMap x = Normalised("conv_stem", "bn1", new FeatureMap(images, Colours), stride: 2, isActivated: true);
        for (int stage = 0; state.HasBelow($"blocks.{stage}"); stage++)
        {
            for (int block = 0; state.HasBelow($"blocks.{stage}.{block}"); block++)
            {
                x = Block($"blocks.{stage}.{block}", x, block);
            }
        }

        FeatureMap pooled = x with { Name = _graph.Add("GlobalAveragePool", "pooled", [x.Name]) };
        return layers.Flatten("image_features", Normalised("conv_head", "norm_head", pooled, isActivated: true).Name);
    }

    private FeatureMap Block(string name, FeatureMap x, int index)
    {
        bool isOnePlace = state.Find($"{name}.conv.weight")?.shape[2] == 1;
        long stride = index == 0 && !isOnePlace ? 2 : 1;
        if (state.HasBelow($"{name}.pw_exp"))
        {
            return Inverted(name, x, stride);
        }

        if (!state.Has($"{name}.conv_exp.weight"))
        {
            return Normalised($"{name}.conv", $"{name}.bn1", x, stride, isActivated: true);
        }

        FeatureMap wide = Normalised($"{name}.conv_exp", $"{name}.bn1", x, stride, isActivated: true);
        return Sum(name, x, Normalised($"{name}.conv_pwl", $"{name}.bn2", wide), stride);
    }

    private FeatureMap Inverted(string name, FeatureMap x, long stride)
    {
        bool stepsInMiddle = state.HasBelow($"{name}.dw_mid");
        FeatureMap y = state.HasBelow($"{name}.dw_start") ? Part("dw_start", x, stepsInMiddle ? 1 : stride) : x;
        y = Part("pw_exp", y, isActivated: true);
        y = stepsInMiddle ? Part("dw_mid", y, stride, isActivated: true) : y;
        return Sum(name, x, Part("pw_proj", y), stride);

        FeatureMap Part(string part, FeatureMap map, long step = 1, bool isActivated = false) =>
            Normalised($"{name}.{part}.conv", $"{name}.{part}.bn", map, step, isActivated);
    }

    // What a block gives is added to what it was given, where both are of one shape.
    private FeatureMap Sum(string name, FeatureMap x, FeatureMap y, long stride) =>
        stride == 1 && x.Channels == y.Channels
            ? y with { Name = _graph.Add("Add", $"{name}/sum", [y.Name, x.Name]) }
            : y;

    private FeatureMap Normalised(
        string name, string norm, FeatureMap x, long stride = 1, bool isActivated = false)
    {
        FeatureMap convolved = layers.Convolve(name, x, state, stride);
        string y = layers.BatchNorm(norm, convolved.Name, state);
        return convolved with { Name = isActivated ? _graph.Add("Relu", $"{norm}/Relu", [y]) : y };
    }
}
