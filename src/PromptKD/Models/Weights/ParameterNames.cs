namespace PromptKD.Models.Weights;

/// <summary>
/// The one table of parameter names. Our modules use OpenAI's (<c>visual.*</c>, <c>transformer.*</c>, …); those of
/// Hugging Face transformers, open_clip and Dassl's programs are translated to them.
/// </summary>
internal static class ParameterNames
{
    private const string CustomTextPrefix = "text.";

    /// <summary>How a tensor makes part of the one it belongs to.</summary>
    private enum Role
    {
        /// <summary>It is the tensor.</summary>
        Whole,

        /// <summary>A linear layer's weight [out, in], where OpenAI multiplies with a matrix [in, out].</summary>
        Transposed,

        /// <summary>The first third of a packed attention projection [3 · width, …].</summary>
        Query,

        /// <summary>The second third.</summary>
        Key,

        /// <summary>The last third.</summary>
        Value,
    }

    // Beginnings of names; the first that fits is replaced.
    private static readonly (string From, string To, Role Role)[] s_beginnings =
    [
        // Hugging Face transformers, CLIPModel. "pre_layrnorm" is how it spells it.
        ("vision_model.embeddings.class_embedding", "visual.class_embedding", Role.Whole),
        ("vision_model.embeddings.patch_embedding.weight", "visual.conv1.weight", Role.Whole),
        ("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding", Role.Whole),
        ("vision_model.pre_layrnorm.", "visual.ln_pre.", Role.Whole),
        ("vision_model.encoder.layers.", "visual.transformer.resblocks.", Role.Whole),
        ("vision_model.post_layernorm.", "visual.ln_post.", Role.Whole),
        ("visual_projection.weight", "visual.proj", Role.Transposed),
        ("text_model.embeddings.token_embedding.weight", "token_embedding.weight", Role.Whole),
        ("text_model.embeddings.position_embedding.weight", "positional_embedding", Role.Whole),
        ("text_model.encoder.layers.", "transformer.resblocks.", Role.Whole),
        ("text_model.final_layer_norm.", "ln_final.", Role.Whole),
        ("text_projection.weight", "text_projection", Role.Transposed),

        // open_clip's CustomTextCLIP keeps OpenAI's text encoder in a module of its own.
        (CustomTextPrefix, "", Role.Whole),

        // CoOp, CoCoOp, MaPLe, PromptSRC, PromptKD.
        ("image_encoder.", "visual.", Role.Whole),
        ("text_encoder.", "", Role.Whole),
    ];

    // Endings of the names of Hugging Face's transformer layers.
    private static readonly (string From, string To, Role Role)[] s_endings =
    [
        (".layer_norm1.weight", ".ln_1.weight", Role.Whole),
        (".layer_norm1.bias", ".ln_1.bias", Role.Whole),
        (".self_attn.q_proj.weight", ".attn.in_proj_weight", Role.Query),
        (".self_attn.q_proj.bias", ".attn.in_proj_bias", Role.Query),
        (".self_attn.k_proj.weight", ".attn.in_proj_weight", Role.Key),
        (".self_attn.k_proj.bias", ".attn.in_proj_bias", Role.Key),
        (".self_attn.v_proj.weight", ".attn.in_proj_weight", Role.Value),
        (".self_attn.v_proj.bias", ".attn.in_proj_bias", Role.Value),
        (".self_attn.out_proj.weight", ".attn.out_proj.weight", Role.Whole),
        (".self_attn.out_proj.bias", ".attn.out_proj.bias", Role.Whole),
        (".layer_norm2.weight", ".ln_2.weight", Role.Whole),
        (".layer_norm2.bias", ".ln_2.bias", Role.Whole),
        (".mlp.fc1.weight", ".mlp.c_fc.weight", Role.Whole),
        (".mlp.fc1.bias", ".mlp.c_fc.bias", Role.Whole),
        (".mlp.fc2.weight", ".mlp.c_proj.weight", Role.Whole),
        (".mlp.fc2.bias", ".mlp.c_proj.bias", Role.Whole),
    ];

    // Stored by some programs, but follow from the shapes of the others, or count the steps of a past training.
    private static readonly HashSet<string> s_derived =
    [
        "input_resolution", "context_length", "vocab_size", "position_ids", "attn_mask", "num_batches_tracked",
    ];

    /// <summary>Translates every name, packing split projections; values are still read only when asked for.</summary>
    /// <param name="source">Path for error messages.</param>
    /// <param name="tensors">Under the names of any of the known programs.</param>
    /// <exception cref="PromptKDException">Two tensors have one name, or part of one is missing.</exception>
    public static Dictionary<string, TensorEntry> Translate(
        string source, IEnumerable<KeyValuePair<string, TensorEntry>> tensors)
    {
        var parts = new Dictionary<string, List<(string Name, Role Role, TensorEntry Entry)>>();
        foreach ((string name, TensorEntry entry) in tensors.Where(tensor => !IsDerived(tensor.Key)))
        {
            (string target, Role role) = Translate(name);
            if (!parts.TryGetValue(target, out List<(string, Role, TensorEntry)>? list))
            {
                parts[target] = list = [];
            }

            list.Add((name, role, entry));
        }

        return parts.ToDictionary(
            target => target.Key,
            target => Combine(source, target.Key, [.. target.Value.OrderBy(part => part.Role)]));
    }

    /// <summary>Whether names are those of Hugging Face's CLIPModel.</summary>
    public static bool AreHuggingFaces(IEnumerable<string> names) =>
        names.Any(name => name.StartsWith("vision_model.", StringComparison.Ordinal)
            || name.StartsWith("text_model.", StringComparison.Ordinal));

    /// <summary>Whether names are those of open_clip's CustomTextCLIP; its plain CLIP has OpenAI's.</summary>
    public static bool AreOpenClips(IEnumerable<string> names) =>
        names.Any(name => name.StartsWith(CustomTextPrefix, StringComparison.Ordinal));

    /// <summary>Whether a tensor follows from others, or counts steps.</summary>
    public static bool IsDerived(string name) => s_derived.Contains(name[(name.LastIndexOf('.') + 1)..]);

    private static (string Name, Role Role) Translate(string name)
    {
        (string from, string to, Role role) = s_beginnings.FirstOrDefault(
            row => name.StartsWith(row.From, StringComparison.Ordinal), (From: "", To: "", Role: Role.Whole));
        string translated = to + name[from.Length..];
        (string end, string newEnd, Role endRole) = s_endings.FirstOrDefault(
            row => translated.EndsWith(row.From, StringComparison.Ordinal), (From: "", To: "", Role: role));
        return (translated[..^end.Length] + newEnd, endRole);
    }

    private static TensorEntry Combine(
        string source, string target, (string Name, Role Role, TensorEntry Entry)[] parts)
    {
        switch (parts)
        {
            case [(_, Role.Whole, TensorEntry whole)]:
                return whole;
            case [(_, Role.Transposed, { Shape.Length: 2 } matrix)]:
                return matrix with
                {
                    Shape = [matrix.Shape[1], matrix.Shape[0]],
                    Read = () => Transpose(matrix.Read()),
                };
            case [(_, Role.Query, { Shape.Length: > 0 } query), (_, Role.Key, var key), (_, Role.Value, var value)]
                when query.Shape.SequenceEqual(key.Shape) && query.Shape.SequenceEqual(value.Shape):
                return query with
                {
                    Shape = [checked(3 * query.Shape[0]), .. query.Shape[1..]],
                    Read = () => Pack(query.Read(), key.Read(), value.Read()),
                };
            default:
                string found = string.Join(", ", parts.Select(p => $"'{p.Name}' {ShapeText.Of(p.Entry.Shape)}"));
                throw new PromptKDException(
                    $"{source}: '{target}' cannot be made of {found}: "
                    + "expected it whole, or a query, a key and a value of the same shape.");
        }
    }

    private static Tensor Transpose(Tensor matrix)
    {
        using (matrix)
        {
            return matrix.transpose(0, 1).contiguous();
        }
    }

    private static Tensor Pack(Tensor query, Tensor key, Tensor value)
    {
        using (query)
        using (key)
        using (value)
        {
            return cat([query, key, value], dim: 0);
        }
    }
}
