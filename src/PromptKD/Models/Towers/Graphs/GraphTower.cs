using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Models.Towers.Graphs;

/// <summary>
/// An image tower that ONNX Runtime computes. It is frozen: what learns stands behind it. Features go to the device of
/// what learns; where the graph computes is up to its execution provider.
/// </summary>
internal sealed class GraphTower : ImageEncoder
{
    /// <summary>Under which name a package keeps the file.</summary>
    public const string BytesName = "graph";

    private readonly TowerGraph _graph;
    private readonly OnnxSession _session;
    private readonly Device _device;

    /// <param name="architecture">With a graph.</param>
    /// <param name="device">Of what learns.</param>
    /// <exception cref="PromptKDException">ONNX Runtime cannot load it.</exception>
    public GraphTower(ClipArchitecture architecture, Device device)
        : base(nameof(GraphTower), architecture)
    {
        _graph = architecture.TowerGraph
            ?? throw new InvalidOperationException("The graph of this tower has not been read.");
        _device = device;
        _session = _graph.Open();
    }

    /// <inheritdoc/>
    public override (ScalarType Type, Device Device) Placement => (ScalarType.Float32, _device);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> KeptState
    {
        get
        {
            byte[] bytes = _graph.Bytes ?? GraphBytes.Read(_graph.Path);
            return new Dictionary<string, Tensor> { [BytesName] = tensor(bytes) };
        }
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor images, LayerPrompts? prompts)
    {
        RefusePrompts(prompts);
        using DisposeScope scope = NewDisposeScope();
        Tensor pixels = images.detach().to(ScalarType.Float32, CPU).contiguous();
        float[] features = _graph.Ask(_session, pixels.data<float>().ToArray(), pixels.shape);

        // A tensor of an array keeps the array's memory, which lies now so, now otherwise: libtorch's products round by
        // that. Its own memory is aligned.
        return tensor(features, [pixels.shape[0], Architecture.EmbeddingSize]).clone().to(_device)
            .MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void Trace(Tensor images, LayerPrompts? prompts, Action<int, Tensor> observe) =>
        throw new PromptKDException($"{_graph.Path}: an ONNX graph, whose layers cannot be looked into.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _session.Dispose();
        }

        base.Dispose(disposing);
    }
}
