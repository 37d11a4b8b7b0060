namespace PromptKD.Models.Weights.Families;

/// <summary>Names what is of a known family, and not supported.</summary>
internal static class Unsupported
{
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
        return files.Transformers == "siglip2" || files.Timm.Contains("naflex", StringComparison.Ordinal)
                ? "a NaFlex SigLIP 2, of any resolution and aspect, which is not supported. Use one of a fixed "
                    + "resolution, such as google/siglip2-base-patch16-224."
            : HasPart(files, "text.", ".token_mixer.") || HasPart(files, "text_encoder.", ".token_mixer.")
                ? "MobileCLIP S0's text tower, which mixes convolutions with attention, is not supported. Use S1 or "
                    + "S2, or MobileCLIP2-S0."
            : files.Tensors.Keys.Any(
                name => name.StartsWith("image_encoder.model.patch_embed.", StringComparison.Ordinal))
                ? "MobileCLIP under the names of Apple's own program, which are not supported. Use the folder of the "
                    + "same model whose name ends in -OpenCLIP or _timm."
            : text.Length > 0
                ? $"its text tower is transformers' {text}, which is not supported; CLIP's and SigLIP's are."
            : HasPart(files, "", ".attn.q_bias") || HasPart(files, "", ".rel_pos_bias.")
                ? "an EVA of the first generation, or a BEiT, which is not supported. Use EVA-02 (EVA02-B-16, "
                    + "EVA02-L-14)."
            : null;
    }

    private static bool HasPart(FamilyFiles files, string start, string part) => files.Tensors.Keys.Any(
        name => name.StartsWith(start, StringComparison.Ordinal) && name.Contains(part, StringComparison.Ordinal));
}
