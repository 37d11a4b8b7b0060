using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Models.Towers.Graphs;

/// <summary>A text tower that ONNX Runtime computes.</summary>
internal sealed class GraphText : TextTower
{
    private readonly TowerGraph _graph;
    private readonly OnnxSession _session;
    private readonly Device _device;

    /// <param name="architecture">With a graph of its text tower.</param>
    /// <param name="device">Where the features go.</param>
    /// <exception cref="PromptKDException">ONNX Runtime cannot load it.</exception>
    public GraphText(ClipArchitecture architecture, Device device)
        : base(nameof(GraphText), architecture)
    {
        _graph = architecture.TextGraph
            ?? throw new InvalidOperationException("The graph of this tower has not been read.");
        _device = device;
        _session = _graph.Open();
    }

    /// <inheritdoc/>
    public override Device Device => _device;

    /// <inheritdoc/>
    public override string Prefix => "text.";

    /// <inheritdoc/>
    public override Tensor forward(Tensor tokens, LayerPrompts? prompts)
    {
        if (prompts is not null)
        {
            throw new PromptKDException(
                $"{_graph.Path}: an ONNX graph, whose words cannot be replaced by learned ones.");
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor ids = tokens.to(ScalarType.Int64, CPU).contiguous();
        float[] features = _graph.Ask(_session, ids.data<long>().ToArray(), ids.shape);

        // A tensor of an array keeps the array's memory, which lies now so, now otherwise: libtorch's products round by
        // that. Its own memory is aligned.
        return tensor(features, [ids.shape[0], Architecture.EmbeddingSize]).clone().to(_device)
            .MoveToOuterDisposeScope();
    }

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
