using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary><see cref="ResNet"/> as operators, the attention at its end included.</summary>
/// <param name="layers">Receives them.</param>
/// <param name="state">Of the tower.</param>
/// <param name="architecture">Its sizes.</param>
/// <param name="stages">Its stages.</param>
internal sealed class ResNetGraph(
    OnnxLayers layers, TowerState state, ClipArchitecture architecture, ResNetStages stages) : ITowerGraph
{
    private readonly OnnxGraph _graph = layers.Graph;

    /// <inheritdoc/>
    public string Add(string images)
    {
        string x = Convolve("conv1", "bn1", images, stride: 2, active: true);
        x = Convolve("conv2", "bn2", x, active: true);
        x = Convolve("conv3", "bn3", x, active: true);
        x = Average("stem", x);
        foreach ((int index, int blocks) in stages.ToList().Index())
        {
            for (int block = 0; block < blocks; block++)
            {
                x = Block($"layer{index + 1}.{block}", x, isShrinking: index > 0 && block == 0);
            }
        }

        return Pool(x);
    }

    private string Block(string name, string x, bool isShrinking)
    {
        string branch = Convolve($"{name}.conv1", $"{name}.bn1", x, active: true);
        branch = Convolve($"{name}.conv2", $"{name}.bn2", branch, active: true);
        branch = isShrinking ? Average($"{name}/branch", branch) : branch;
        branch = Convolve($"{name}.conv3", $"{name}.bn3", branch);
        string shortcut = isShrinking ? Average($"{name}/shortcut", x) : x;
        if (state.Has($"{name}.downsample.0.weight"))
        {
            shortcut = Convolve($"{name}.downsample.0", $"{name}.downsample.1", shortcut);
        }

        return _graph.Add("Relu", name, [_graph.Add("Add", $"{name}/sum", [branch, shortcut])]);
    }

    private string Convolve(string name, string norm, string x, long stride = 1, bool active = false)
    {
        Tensor weight = state[$"{name}.weight"];
        long kernel = weight.shape[2], padding = kernel / 2;
        string convolved = _graph.Add(
            "Conv",
            name,
            [x, _graph.Weight($"{name}.weight", weight)],
            OnnxAttribute.Ints("kernel_shape", kernel, kernel),
            OnnxAttribute.Ints("strides", stride, stride),
            OnnxAttribute.Ints("pads", padding, padding, padding, padding));
        string normalised = layers.BatchNorm(norm, convolved, state);
        return active ? _graph.Add("Relu", $"{norm}/Relu", [normalised]) : normalised;
    }

    private string Average(string name, string x) => _graph.Add(
        "AveragePool",
        $"{name}/AveragePool",
        [x],
        OnnxAttribute.Ints("kernel_shape", 2, 2),
        OnnxAttribute.Ints("strides", 2, 2));

    // As AttentionPool: the mean over all places asks, the mean and all places answer.
    private string Pool(string x)
    {
        using DisposeScope scope = NewDisposeScope();
        long width = architecture.VisionWidth, heads = architecture.VisionHeads;
        string rows = layers.Reshape("places/rows", x, 0, width, architecture.Patches);
        string places = _graph.Add("Transpose", "places", [rows], OnnxAttribute.Ints("perm", 0, 2, 1));
        string mean = _graph.Add(
            "ReduceMean", "places/mean", [places], OnnxAttribute.Ints("axes", 1), OnnxAttribute.Int("keepdims", 1));
        string joined = _graph.Add("Concat", "places/joined", [mean, places], OnnxAttribute.Int("axis", 1));
        const string Positions = "attnpool.positional_embedding";
        string tokens = _graph.Add("Add", "tokens", [joined, _graph.Weight(Positions, state[Positions])]);
        double scale = 1 / Math.Sqrt((double)width / heads);
        string query = Linear("attnpool.q_proj", layers.Slice("tokens/mean", tokens, 0, 1), scale);
        string mixed = layers.Attend(
            "attnpool", query, Linear("attnpool.k_proj", tokens), Linear("attnpool.v_proj", tokens), heads, width);
        return Linear("attnpool.c_proj", layers.Reshape("attnpool/mean", mixed, -1, width));
    }

    private string Linear(string name, string x, double scale = 1)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = state[$"{name}.weight"].to(ScalarType.Float32);
        Tensor bias = state[$"{name}.bias"].to(ScalarType.Float32);
        return layers.Linear(name, x, weight.Times(scale), bias.Times(scale));
    }
}
