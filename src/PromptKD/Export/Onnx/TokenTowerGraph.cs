using PromptKD.Models.Clip;
using PromptKD.Models.Towers;
using PromptKD.Models.Towers.Tokens;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary><see cref="TokenTower"/> as operators.</summary>
/// <param name="layers">Receives them.</param>
/// <param name="state">Of the tower.</param>
/// <param name="architecture">Its sizes.</param>
/// <param name="tower">What its tensors do not show.</param>
/// <param name="prompts">Learned tokens of each layer that has some, as they enter, [length, width].</param>
internal sealed class TokenTowerGraph(
    OnnxLayers layers,
    TowerState state,
    ClipArchitecture architecture,
    TowerDescription tower,
    IReadOnlyList<Tensor> prompts) : ITowerGraph
{
    private static readonly string[] s_tokens = ["cls_token", "dist_token", "reg_token"];

    private readonly OnnxGraph _graph = layers.Graph;
    private readonly BlockGraph _blocks = new(
        layers, state, architecture.VisionHeads, tower.Activation, tower.NormEpsilon);

    private readonly long _side = architecture.ImageSize / state["patch_embed.proj.weight"].shape[2];

    private long Patches => _side * _side;

    private long FirstPatch => s_tokens.Sum(token => state.Find(token)?.shape[1] ?? 0);

    private long End => FirstPatch + Patches;

    /// <inheritdoc/>
    public string Add(string images)
    {
        using DisposeScope scope = NewDisposeScope();
        string batch = _graph.Add(
            "Shape", "batch", [images], OnnxAttribute.Int("start", 0), OnnxAttribute.Int("end", 1));
        string x = _blocks.NormOrNone("norm_pre", Embed(images, batch));
        RotationGraph? rotation = Rotated();
        int last = state.Count("blocks") - 1;

        // Where one token is read, the last layer computes its query and perceptron for that alone.
        bool readsOne = tower.Pooling == TokenPooling.Token && !state.Has("dist_token");
        for (int layer = 0; layer <= last; layer++)
        {
            if (layer > 0 && layer < prompts.Count)
            {
                string kept = layers.Slice($"prompts.{layer}/kept", x, 0, End);
                string learned = layers.Repeat($"prompts.{layer}", prompts[layer], batch);
                x = _graph.Add("Concat", $"prompts.{layer}/entered", [kept, learned], OnnxAttribute.Int("axis", 1));
            }

            bool isRead = readsOne && layer == last;
            x = _blocks.Layer(
                $"blocks.{layer}", x, rotation, isRead ? (name, tokens) => layers.Slice(name, tokens, 0, 1) : null);
        }

        string pooled = _blocks.NormOrNone("fc_norm", Pool(_blocks.NormOrNone("norm", x), batch));
        return state.Has("head.weight") ? layers.Linear("head", pooled, state) : pooled;
    }

    // [batch, 3, size, size] → [batch, prefix + patches + prompts, width].
    private string Embed(string images, string batch)
    {
        Tensor weight = state["patch_embed.proj.weight"];
        long patch = weight.shape[2], width = weight.shape[0];
        string cut =
            layers.Convolve("patch_embed.proj", new FeatureMap(images, weight.shape[1]), state, patch, padding: 0).Name;
        string rows = layers.Reshape("patches/rows", cut, 0, width, Patches);
        string patches = _graph.Add("Transpose", "patches", [rows], OnnxAttribute.Ints("perm", 0, 2, 1));
        Tensor table = state["pos_embed"].squeeze(0).to(ScalarType.Float32); // [places, width]
        long placed = PlacedPrefix(table.shape[0]);
        Tensor grid = table.narrow(0, placed, table.shape[0] - placed);
        grid = grid.shape[0] == Patches ? grid : PositionGrid.Resample(grid, _side, _side, tower.Positions);
        List<string> parts = [];
        int place = 0;
        foreach (string name in s_tokens.Where(state.Has))
        {
            Tensor token = state[name].squeeze(0).to(ScalarType.Float32); // [tokens, width]
            token = place < placed ? token.Plus(table.narrow(0, place, 1)) : token;
            parts.Add(layers.Repeat(name, token, batch));
            place++;
        }

        parts.Add(_graph.Add("Add", "patches/placed", [patches, _graph.Weight("pos_embed", grid)]));
        if (prompts.Count > 0)
        {
            parts.Add(layers.Repeat("prompts.0", prompts[0], batch));
        }

        return parts.Count == 1 ? parts[0] : _graph.Add("Concat", "tokens", parts, OnnxAttribute.Int("axis", 1));
    }

    private long PlacedPrefix(long rows) => TokenShapes.PlacedPrefix(new TensorShapes(
        new Dictionary<string, long[]>(
            s_tokens.Where(state.Has).Select(token => KeyValuePair.Create(token, state[token].shape)))
        {
            ["pos_embed"] = [1, rows, architecture.VisionWidth],
        },
        architecture.Name));

    private RotationGraph? Rotated()
    {
        if (tower.Family != TowerFamilies.Eva02)
        {
            return null;
        }

        using var rotation = new Rotation(_side, _side, architecture.VisionWidth / architecture.VisionHeads, CPU);
        return new RotationGraph(
            _graph, rotation, architecture.VisionHeads, FirstPatch, prompts.Count == 0 ? 0 : prompts[0].shape[0]);
    }

    // [batch, tokens, width] → [batch, width].
    private string Pool(string x, string batch)
    {
        switch (tower.Pooling)
        {
            case TokenPooling.Average:
                return Mean("pooled", layers.Slice("patches/last", x, FirstPatch, End));
            case TokenPooling.Attention:
                return Ask(layers.Slice("patches/last", x, FirstPatch, End), batch);
            default:
                return state.Has("dist_token")
                    ? Mean("pooled", layers.Slice("tokens/first", x, 0, 2))
                    : layers.Reshape("class_token", x, -1, architecture.VisionWidth);
        }
    }

    private string Mean(string name, string x) => _graph.Add(
        "ReduceMean", name, [x], OnnxAttribute.Ints("axes", 1), OnnxAttribute.Int("keepdims", 0));

    // As AttentionPooling: a learned query attends to the patches, and a perceptron is added.
    private string Ask(string patches, string batch)
    {
        using DisposeScope scope = NewDisposeScope();
        long heads = architecture.VisionHeads, width = architecture.VisionWidth;
        Tensor query = nn.functional.linear(
            state["attn_pool.latent"].squeeze(0).to(ScalarType.Float32),
            state["attn_pool.q.weight"].to(ScalarType.Float32),
            state.Find("attn_pool.q.bias")?.to(ScalarType.Float32));
        string asking = layers.Repeat("attn_pool/query", query.Over(Math.Sqrt((double)width / heads)), batch);
        string[] seen = _blocks.Parts("attn_pool.kv", patches, ["key", "value"]);
        string mixed = layers.Attend("attn_pool", asking, seen[0], seen[1], heads, width);
        string pooled = layers.Linear("attn_pool.proj", mixed, state);
        string thought = _blocks.Perceptron("attn_pool.mlp", _blocks.Norm("attn_pool.norm", pooled));
        return layers.Reshape("pooled", _graph.Add("Add", "attn_pool/sum", [pooled, thought]), -1, width);
    }
}
