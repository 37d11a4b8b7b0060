namespace PromptKD.Models.Weights.Families;

/// <summary>Names what is of a known family, and not supported.</summary>
internal static class Unsupported
{
    private const string NaFlex = "a NaFlex SigLIP 2, of any resolution and aspect, which is not supported. Use one "
        + "of a fixed resolution, such as google/siglip2-base-patch16-224.";

    // Told by a tensor: its name, and how many dimensions it has.
    private static readonly (Func<string, int, bool> Has, string What)[] s_tensors =
    [
        (
            (name, dimensions) => dimensions == 2 && name == "vision_model.embeddings.patch_embedding.weight",
            NaFlex),
        (
            (name, _) => IsWithin(name, "text.", ".token_mixer.") || IsWithin(name, "text_encoder.", ".token_mixer."),
            "MobileCLIP S0's text tower, which mixes convolutions with attention, is not supported. Use S1 or S2, or "
            + "MobileCLIP2-S0."),
        (
            (name, _) => IsWithin(name, "image_encoder.model.", "."),
            "MobileCLIP under the names of Apple's own program, which are not supported. Use the folder of the same "
            + "model whose name ends in -OpenCLIP or _timm."),
        (
            (name, _) => IsWithin(name, "", ".attn.q_bias") || IsWithin(name, "", ".rel_pos_bias."),
            "an EVA of the first generation, or a BEiT, which is not supported. Use EVA-02 (EVA02-B-16, EVA02-L-14)."),
        (
            (name, _) => IsWithin(name, "visual.blocks.", "."),
            "EVA-CLIP under the names of its own program, which are not supported. Use the folder of the same model of "
            + "open_clip, such as timm/eva02_base_patch16_clip_224.merged2b_s8b_b131k."),
        (
            (name, _) => IsWithin(name, "text_decoder.", "."),
            "a CoCa, whose text tower ends in a decoder of captions, which is not supported. Use a CLIP without one."),
        (
            (name, _) => IsWithin(name, "", ".mlp.grn."),
            "a ConvNeXt V2, which is not supported. Use a ConvNeXt of open_clip's CLIPs."),
    ];

    /// <summary>Whether a tensor is of such a model.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <param name="dimensions">How many it has.</param>
    public static bool Has(string name, int dimensions) => s_tensors.Any(row => row.Has(name, dimensions));

    /// <exception cref="PromptKDException">It is one of those.</exception>
    public static void Refuse(FamilyFiles files)
    {
        if (Find(files) is { } what)
        {
            throw new PromptKDException($"{files.Path}: {what}");
        }
    }

    private static string? Find(FamilyFiles files)
    {
        string text = files.OpenClip.Section("text_cfg", files.ConfigPath)
            .Text("hf_model_name", files.ConfigPath) ?? "";
        return files.Transformers == "siglip2" || files.Timm.Contains("naflex", StringComparison.Ordinal) ? NaFlex
            : text.Length > 0
                ? $"its text tower is transformers' {text}, which is not supported; CLIP's and SigLIP's are."
            : s_tensors.FirstOrDefault(row => files.Tensors.Any(one => row.Has(one.Key, one.Value.Shape.Length))).What;
    }

    private static bool IsWithin(string name, string start, string part) =>
        name.StartsWith(start, StringComparison.Ordinal)
        && name.IndexOf(part, Math.Max(0, start.Length - 1), StringComparison.Ordinal) >= 0;
}
