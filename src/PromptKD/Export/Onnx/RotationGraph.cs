using PromptKD.Models.Towers.Tokens;

namespace PromptKD.Export.Onnx;

/// <summary>
/// <see cref="Rotation"/> as operators, before the heads are split: x · cosine + (x with the channels of each pair
/// exchanged) · sine, whose signs are in the table. Tokens that are no patches have a cosine of 1 and a sine of 0.
/// </summary>
internal sealed class RotationGraph
{
    private readonly OnnxGraph _graph;
    private readonly string _cosine;
    private readonly string _sine;
    private readonly string _exchanged;

    /// <param name="graph">Receives the operators.</param>
    /// <param name="rotation">Of the patches.</param>
    /// <param name="heads">Attention heads, which are turned alike.</param>
    /// <param name="before">Tokens before the patches.</param>
    /// <param name="behind">Tokens behind them.</param>
    public RotationGraph(OnnxGraph graph, Rotation rotation, long heads, long before, long behind)
    {
        using DisposeScope scope = NewDisposeScope();
        _graph = graph;
        Tensor[] halves = rotation.Table.chunk(2, dim: 1); // [patches, head width]
        long width = halves[0].shape[1];
        Tensor signs = tensor(new[] { -1f, 1f }).repeat(width / 2);
        Tensor sine = cat([zeros(before, width), halves[0].mul(signs), zeros(behind, width)]);
        Tensor cosine = cat([ones(before, width), halves[1], ones(behind, width)]);
        _sine = graph.Weight("rotation/sine", sine.repeat(1, heads));
        _cosine = graph.Weight("rotation/cosine", cosine.repeat(1, heads));
        _exchanged = graph.Integers(
            "rotation/exchanged", [.. Enumerable.Range(0, (int)(width * heads)).Select(channel => channel ^ 1L)]);
    }

    /// <summary>Turns queries or keys.</summary>
    /// <param name="name">Of the result.</param>
    /// <param name="x">[batch, tokens, width].</param>
    /// <returns>The same shape.</returns>
    public string Turn(string name, string x)
    {
        string crossed = _graph.Add("Gather", $"{name}/exchanged", [x, _exchanged], OnnxAttribute.Int("axis", 2));
        string along = _graph.Add("Mul", $"{name}/along", [x, _cosine]);
        return _graph.Add("Add", $"{name}/turned", [along, _graph.Add("Mul", $"{name}/across", [crossed, _sine])]);
    }
}
