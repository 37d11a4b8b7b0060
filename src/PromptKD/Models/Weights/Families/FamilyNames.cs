namespace PromptKD.Models.Weights.Families;

/// <summary>The tables of names: those of other programs, and timm's, which our towers have.</summary>
internal static class FamilyNames
{
    private const string QueryPart = ".attn.query.";
    private const string KeyPart = ".attn.key.";
    private const string ValuePart = ".attn.value.";
    private const string PackedPart = ".attn.qkv.";

    // SiglipModel of transformers; both towers.
    private static readonly (string From, string To)[] s_siglip =
    [
        ("vision_model.embeddings.patch_embedding.", "visual.patch_embed.proj."),
        ("vision_model.embeddings.position_embedding.weight", "visual.pos_embed"),
        ("vision_model.encoder.layers.", "visual.blocks."),
        ("vision_model.post_layernorm.", "visual.norm."),
        ("vision_model.head.probe", "visual.attn_pool.latent"),
        ("vision_model.head.attention.in_proj_", "visual.attn_pool.in_proj."),
        ("vision_model.head.attention.out_proj.", "visual.attn_pool.proj."),
        ("vision_model.head.layernorm.", "visual.attn_pool.norm."),
        ("vision_model.head.mlp.", "visual.attn_pool.mlp."),
        ("text_model.embeddings.token_embedding.", "text.token_embedding."),
        ("text_model.embeddings.position_embedding.weight", "text.positional_embedding"),
        ("text_model.encoder.layers.", "text.blocks."),
        ("text_model.final_layer_norm.", "text.norm."),
        ("text_model.head.", "text.head."),
        (".self_attn.q_proj.", QueryPart), (".self_attn.k_proj.", KeyPart), (".self_attn.v_proj.", ValuePart),
        (".self_attn.out_proj.", ".attn.proj."), (".layer_norm1.", ".norm1."), (".layer_norm2.", ".norm2."),
    ];

    // Dinov2Model and Dinov2WithRegistersModel of transformers.
    private static readonly (string From, string To)[] s_dinov2 =
    [
        ("embeddings.cls_token", "cls_token"), ("embeddings.register_tokens", "reg_token"),
        ("embeddings.position_embeddings", "pos_embed"), ("embeddings.mask_token", "mask_token"),
        ("embeddings.patch_embeddings.projection.", "patch_embed.proj."), ("encoder.layer.", "blocks."),
        ("layernorm.", "norm."),
        (".attention.attention.query.", QueryPart), (".attention.attention.key.", KeyPart),
        (".attention.attention.value.", ValuePart), (".attention.output.dense.", ".attn.proj."),
        (".layer_scale1.lambda1", ".ls1.gamma"), (".layer_scale2.lambda1", ".ls2.gamma"),
        (".mlp.weights_in.", ".mlp.fc1."), (".mlp.weights_out.", ".mlp.fc2."),
    ];

    // DINOv2's own repository, whose names are timm's but for these.
    private static readonly (string From, string To)[] s_facebook =
    [
        ("register_tokens", "reg_token"), (".mlp.w12.", ".mlp.fc1."), (".mlp.w3.", ".mlp.fc2."),
    ];

    // CLIP's text tower under OpenAI's names, as one of ours without a mask.
    private static readonly (string From, string To)[] s_text =
    [
        ("transformer.resblocks.", "blocks."), ("ln_final.", "norm."), ("text_projection.", "head."),
        (".attn.in_proj_weight", ".attn.qkv.weight"), (".attn.in_proj_bias", ".attn.qkv.bias"),
        (".attn.out_proj.", ".attn.proj."), (".ln_1.", ".norm1."), (".ln_2.", ".norm2."),
        (".mlp.c_fc.", ".mlp.fc1."), (".mlp.c_proj.", ".mlp.fc2."),
    ];

    /// <summary>Both towers of transformers' SiglipModel, as "visual." and "text.".</summary>
    /// <exception cref="PromptKDException">A part of attention is missing, or one fits no other.</exception>
    public static Dictionary<string, TensorEntry> OfSiglip(
        string source, IReadOnlyDictionary<string, TensorEntry> tensors)
    {
        Dictionary<string, TensorEntry> named = Pack(source, Rename(tensors, s_siglip));
        if (named.TryGetValue("visual.pos_embed", out TensorEntry? positions) && positions.Shape.Length == 2)
        {
            named["visual.pos_embed"] = positions.Reshaped([1, .. positions.Shape]);
        }

        foreach (string kind in new[] { "weight", "bias" })
        {
            if (named.Remove($"visual.attn_pool.in_proj.{kind}", out TensorEntry? packed) && packed.Shape.Length > 0)
            {
                long width = packed.Shape[0] / 3;
                named[$"visual.attn_pool.q.{kind}"] = packed.Rows(0, width);
                named[$"visual.attn_pool.kv.{kind}"] = packed.Rows(width, 2 * width);
            }
        }

        return named;
    }

    /// <summary>The tower of transformers' Dinov2Model, under timm's names.</summary>
    /// <exception cref="PromptKDException">As <see cref="OfSiglip"/>.</exception>
    public static Dictionary<string, TensorEntry> OfDinov2(
        string source, IReadOnlyDictionary<string, TensorEntry> tensors) =>
        Pack(source, Rename(tensors, s_dinov2));

    /// <summary>A tower of timm, or of DINOv2's own repository.</summary>
    public static Dictionary<string, TensorEntry> OfTimm(IReadOnlyDictionary<string, TensorEntry> tensors) =>
        Rename(tensors, s_facebook);

    /// <summary>A text tower under OpenAI's names, as one of ours without a mask.</summary>
    public static Dictionary<string, TensorEntry> OfText(IReadOnlyDictionary<string, TensorEntry> tensors)
    {
        Dictionary<string, TensorEntry> named = Rename(tensors, s_text);
        if (named.Remove("text_projection", out TensorEntry? projection) && projection.Shape.Length == 2)
        {
            named["head.weight"] = projection.Transposed();
        }

        return named;
    }

    private static Dictionary<string, TensorEntry> Rename(
        IReadOnlyDictionary<string, TensorEntry> tensors, (string From, string To)[] table) => tensors
        .ToDictionary(
            one => table.Aggregate(one.Key, (name, row) => Replace(name, row.From, row.To)), one => one.Value);

    // What begins with a dot stands inside of a name, all else at its start.
    private static string Replace(string name, string from, string to) =>
        from[0] == '.' ? name.Replace(from, to, StringComparison.Ordinal)
        : name.StartsWith(from, StringComparison.Ordinal) ? to + name[from.Length..]
        : name;

    private static Dictionary<string, TensorEntry> Pack(string source, Dictionary<string, TensorEntry> named)
    {
        foreach (string query in named.Keys.Where(name => name.Contains(QueryPart, StringComparison.Ordinal)).ToArray())
        {
            string key = query.Replace(QueryPart, KeyPart, StringComparison.Ordinal);
            string value = query.Replace(QueryPart, ValuePart, StringComparison.Ordinal);
            if (!named.TryGetValue(key, out TensorEntry? keys) || !named.TryGetValue(value, out TensorEntry? values)
                || !keys.Shape.SequenceEqual(named[query].Shape) || !values.Shape.SequenceEqual(keys.Shape)
                || keys.Shape.Length == 0)
            {
                throw new PromptKDException(
                    $"{source}: '{query}' {ShapeText.Of(named[query].Shape)} has no key and value of the same shape "
                    + "beside it. Is the checkpoint complete?");
            }

            named[query.Replace(QueryPart, PackedPart, StringComparison.Ordinal)] =
                EntryShaping.Stack(named[query], keys, values);
            named.Remove(query);
            named.Remove(key);
            named.Remove(value);
        }

        return named;
    }
}
