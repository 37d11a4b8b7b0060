using Onnx;
using PromptKD.Models.Clip;
using PromptKD.Models.Towers.Texts;

namespace PromptKD.Export.Onnx;

/// <summary>A text tower as operators: <see cref="TextEncoder"/>, or <see cref="UnmaskedText"/>.</summary>
/// <param name="layers">Receives them.</param>
/// <param name="state">Of the tower.</param>
/// <param name="architecture">Its sizes.</param>
internal sealed class TextTowerGraph(OnnxLayers layers, TowerState state, ClipArchitecture architecture)
{
    private readonly OnnxGraph _graph = layers.Graph;

    /// <summary>
    /// Adds it. Texts of CLIP may be shorter than its context: nothing looks behind their end. Others see their
    /// padding, and have to be of the full length.
    /// </summary>
    /// <param name="input">What the token ids are called.</param>
    /// <returns>Not normalised, [batch, embedding].</returns>
    public string Add(string input) => architecture.Text is { } text ? AddUnmasked(input, text) : AddCausal(input);

    private string AddCausal(string input)
    {
        using DisposeScope scope = NewDisposeScope();
        string ids = _graph.Input(input, TensorProto.Types.DataType.Int64, "tokens");
        string tokens = _graph.Add(
            "Shape", "tokens", [ids], OnnxAttribute.Int("start", 1), OnnxAttribute.Int("end", 2));
        string x = _graph.Add(
            "Add", "placed", [Embed(ids), Cut("positions", state["positional_embedding"], tokens, 0)]);
        string end = _graph.Add(
            "ArgMax", "end_of_text", [ids], OnnxAttribute.Int("axis", 1), OnnxAttribute.Int("keepdims", 0));
        string mask = Cut("mask", Causal(architecture.ContextLength), tokens, 0, 1);
        string ownMask = _graph.Add("Gather", "mask/own", [mask, end], OnnxAttribute.Int("axis", 0)); // [batch, tokens]
        string lastMask = _graph.Add("Unsqueeze", "mask/last", [ownMask, _graph.Integers("mask/axes/last", 1, 2)]);
        var transformer = new TransformerGraph(
            layers, state, architecture.TextWidth, architecture.TextHeads, architecture.Activation);
        int last = architecture.TextLayers - 1;
        for (int layer = 0; layer <= last; layer++)
        {
            x = layer < last
                ? transformer.Layer(layer, x, mask: mask)
                : transformer.Layer(layer, x, (name, sequence) => ReadOne(name, sequence, end), lastMask);
        }

        string token = layers.LayerNorm("ln_final", layers.Reshape("end_token", x, -1, architecture.TextWidth), state);
        return _graph.Add(
            "MatMul", "text_features", [token, _graph.Weight("text_projection", state["text_projection"])]);
    }

    private string AddUnmasked(string input, TextDescription text)
    {
        long context = state["positional_embedding"].shape[0], width = architecture.TextWidth;
        string ids = _graph.Input(input, TensorProto.Types.DataType.Int64, context);
        string positions = _graph.Weight("positional_embedding", state["positional_embedding"]);
        string x = _graph.Add("Add", "placed", [Embed(ids), positions]);
        var blocks = new BlockGraph(layers, state, architecture.TextHeads, text.Activation, text.NormEpsilon);
        for (int layer = 0; state.HasBelow($"blocks.{layer}"); layer++)
        {
            x = blocks.Layer($"blocks.{layer}", x);
        }

        x = blocks.Norm("norm", x);
        string read = text.Family == UnmaskedText.SiglipFamily
            ? layers.Slice("token", x, context - 1, context)
            : ReadOne("token", x, _graph.Add(
                "ArgMax", "end_of_text", [ids], OnnxAttribute.Int("axis", 1), OnnxAttribute.Int("keepdims", 0)));
        return layers.Linear("head", layers.Reshape("token/row", read, -1, width), state);
    }

    // Row i lets token i see itself and those before it.
    private static Tensor Causal(int context) => tensor(
        [
            .. Enumerable.Range(0, context * context)
                .Select(place => place % context > place / context ? float.NegativeInfinity : 0),
        ]).view(context, context);

    // [batch, tokens] → [batch, tokens, width].
    private string Embed(string ids) => _graph.Add(
        "Gather",
        "embedded",
        [_graph.Weight("token_embedding", state["token_embedding.weight"]), ids],
        OnnxAttribute.Int("axis", 0));

    // As many rows, or rows and columns, of a table as there are tokens.
    private string Cut(string name, Tensor table, string tokens, params long[] axes)
    {
        string[] ends = [.. axes.Select(_ => tokens)];
        string end = ends.Length == 1
            ? tokens
            : _graph.Add("Concat", $"{name}/end", ends, OnnxAttribute.Int("axis", 0));
        string start = _graph.Integers($"{name}/start", new long[axes.Length]);
        return _graph.Add(
            "Slice", $"{name}/cut", [_graph.Weight(name, table), start, end, _graph.Integers($"{name}/axes", axes)]);
    }

    // [batch, tokens, width] → [batch, 1, width]: of each text its own token.
    private string ReadOne(string name, string x, string place)
    {
        string axis = _graph.Integers($"{name}/axis", 1);
        string row = _graph.Add("Unsqueeze", $"{name}/place", [place, axis]); // [batch, 1]
        string read = _graph.Add("GatherND", $"{name}/one", [x, row], OnnxAttribute.Int("batch_dims", 1));
        return _graph.Add("Unsqueeze", name, [read, axis]);
    }
}
