using PromptKD.Models.Clip;
using PromptKD.Models.Towers.FastVit;

namespace PromptKD.Export.Onnx;

/// <summary><see cref="FastVitTower"/> as operators.</summary>
/// <param name="layers">Receives them.</param>
/// <param name="state">Of the tower.</param>
internal sealed class FastVitGraph(OnnxLayers layers, TowerState state) : ITowerGraph
{
    private const int Colours = 3;
    private const int HeadWidth = 32;

    private readonly OnnxGraph _graph = layers.Graph;

    /// <inheritdoc/>
    public string Add(string images)
    {
        FeatureMap x = Branched("stem.0", new FeatureMap(images, Colours), stride: 2);
        x = Branched("stem.2", Branched("stem.1", x, stride: 2));
        for (int stage = 0; state.HasBelow($"stages.{stage}"); stage++)
        {
            x = Stage($"stages.{stage}", x);
        }

        x = Branched("final_conv", x);
        string pooled = layers.Flatten("pooled", _graph.Add("GlobalAveragePool", "means", [x.Name]));
        return state.Has("head.fc.weight") ? layers.Linear("head.fc", pooled, state) : pooled;
    }

    private FeatureMap Stage(string name, FeatureMap x)
    {
        if (state.HasBelow($"{name}.downsample"))
        {
            x = Branched($"{name}.downsample.proj.1", LargeKernel($"{name}.downsample.proj.0", x));
        }

        if (state.HasBelow($"{name}.pos_emb"))
        {
            string positions = $"{name}.pos_emb";
            x = state.Has($"{positions}.reparam_conv.weight")
                ? layers.Convolve($"{positions}.reparam_conv", x, state)
                : Sum(positions, x, layers.Convolve($"{positions}.pos_enc", x, state));
        }

        for (int block = 0; state.HasBelow($"{name}.blocks.{block}"); block++)
        {
            x = Block($"{name}.blocks.{block}", x);
        }

        return x;
    }

    private FeatureMap Block(string name, FeatureMap x)
    {
        bool attends = state.Has($"{name}.token_mixer.qkv.weight");
        if (attends)
        {
            FeatureMap normalised = x with { Name = layers.BatchNorm($"{name}.norm", x.Name, state) };
            x = Sum($"{name}/attended", x, Scale($"{name}.layer_scale_1", Attend($"{name}.token_mixer", normalised)));
        }
        else
        {
            x = Mix($"{name}.token_mixer", x);
        }

        FeatureMap thought = Normalised($"{name}.mlp.conv", x);
        thought = Gelu($"{name}.mlp.act", layers.Convolve($"{name}.mlp.fc1", thought, state));
        thought = layers.Convolve($"{name}.mlp.fc2", thought, state);
        return Sum(name, x, Scale($"{name}.{(attends ? "layer_scale_2" : "layer_scale")}", thought));
    }

    // As RepMixer.
    private FeatureMap Mix(string name, FeatureMap x)
    {
        if (state.Has($"{name}.reparam_conv.weight"))
        {
            return layers.Convolve($"{name}.reparam_conv", x, state);
        }

        FeatureMap mixed = Branched($"{name}.mixer", x, isActivated: false);
        FeatureMap normalised = Branched($"{name}.norm", x, isActivated: false);
        string apart = _graph.Add("Sub", $"{name}/apart", [mixed.Name, normalised.Name]);
        return Sum(name, x, Scale($"{name}.layer_scale", mixed with { Name = apart }));
    }

    // As MapAttention: the places of the map attend to each other.
    private FeatureMap Attend(string name, FeatureMap x)
    {
        using DisposeScope scope = NewDisposeScope();
        string shape = _graph.Add("Shape", $"{name}/shape", [x.Name]);
        string rows = layers.Reshape($"{name}/rows", x.Name, 0, x.Channels, -1);
        string places = _graph.Add("Transpose", $"{name}/places", [rows], OnnxAttribute.Ints("perm", 0, 2, 1));
        string[] names = ["query", "key", "value"];
        Tensor[] weights = state[$"{name}.qkv.weight"].to(ScalarType.Float32).chunk(names.Length);
        Tensor[]? biases = state.Find($"{name}.qkv.bias")?.to(ScalarType.Float32).chunk(names.Length);
        string[] parts =
            [.. names.Select((part, place) => layers.Linear($"{name}/{part}", places, weights[place], biases?[place]))];
        string query = _graph.Add(
            "Mul", $"{name}/divided", [parts[0], _graph.Number($"{name}/scale", 1 / MathF.Sqrt(HeadWidth))]);
        string mixed = layers.Attend(name, query, parts[1], parts[2], x.Channels / HeadWidth, x.Channels);
        string output = layers.Linear($"{name}.proj", mixed, state);
        string planes = _graph.Add("Transpose", $"{name}/planes", [output], OnnxAttribute.Ints("perm", 0, 2, 1));
        return x with { Name = _graph.Add("Reshape", $"{name}/map", [planes, shape]) };
    }

    private FeatureMap LargeKernel(string name, FeatureMap x)
    {
        const int Stride = 2;
        FeatureMap y = state.Has($"{name}.reparam_conv.weight")
            ? layers.Convolve($"{name}.reparam_conv", x, state, Stride)
            : Normalised($"{name}.large_conv", x, Stride);
        y = state.HasBelow($"{name}.small_conv")
            ? Sum($"{name}/sum", y, Normalised($"{name}.small_conv", x, Stride))
            : y;
        return Gelu($"{name}.act", Excite($"{name}.se", y));
    }

    // As BranchedConvolution.
    private FeatureMap Branched(string name, FeatureMap x, long stride = 1, bool isActivated = true)
    {
        FeatureMap y = state.Has($"{name}.reparam_conv.weight")
            ? layers.Convolve($"{name}.reparam_conv", x, state, stride)
            : Branches(name, x, stride).Aggregate((sum, branch) => Sum($"{name}/sum", sum, branch));
        y = Excite($"{name}.se", y);
        return isActivated ? Gelu($"{name}.act", y) : y;
    }

    private IEnumerable<FeatureMap> Branches(string name, FeatureMap x, long stride)
    {
        if (state.HasBelow($"{name}.conv_scale"))
        {
            yield return Normalised($"{name}.conv_scale", x, stride);
        }

        if (state.HasBelow($"{name}.identity"))
        {
            yield return x with { Name = layers.BatchNorm($"{name}.identity", x.Name, state) };
        }

        for (int kernel = 0; state.HasBelow($"{name}.conv_kxk.{kernel}"); kernel++)
        {
            yield return Normalised($"{name}.conv_kxk.{kernel}", x, stride);
        }
    }

    // As SqueezeExcitation; where the file has none, nothing.
    private FeatureMap Excite(string name, FeatureMap x)
    {
        if (!state.HasBelow(name))
        {
            return x;
        }

        FeatureMap means = x with { Name = _graph.Add("GlobalAveragePool", $"{name}/means", [x.Name]) };
        FeatureMap squeezed = layers.Convolve($"{name}.fc1", means, state);
        squeezed = squeezed with { Name = _graph.Add("Relu", $"{name}/Relu", [squeezed.Name]) };
        string weights = _graph.Add(
            "Sigmoid", $"{name}/weights", [layers.Convolve($"{name}.fc2", squeezed, state).Name]);
        return x with { Name = _graph.Add("Mul", name, [x.Name, weights]) };
    }

    private FeatureMap Normalised(string name, FeatureMap x, long stride = 1)
    {
        FeatureMap y = layers.Convolve($"{name}.conv", x, state, stride);
        return y with { Name = layers.BatchNorm($"{name}.bn", y.Name, state) };
    }

    private FeatureMap Sum(string name, FeatureMap x, FeatureMap y) =>
        y with { Name = _graph.Add("Add", name, [x.Name, y.Name]) };

    private FeatureMap Scale(string name, FeatureMap x) =>
        x with { Name = _graph.Add("Mul", name, [x.Name, _graph.Weight($"{name}.gamma", state[$"{name}.gamma"])]) };

    private FeatureMap Gelu(string name, FeatureMap x) =>
        x with { Name = layers.Activate(name, x.Name, ClipActivation.Gelu) };
}
