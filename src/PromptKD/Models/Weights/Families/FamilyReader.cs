using PromptKD.Models.Clip;

namespace PromptKD.Models.Weights.Families;

/// <summary>Recognises models of other families than OpenAI's CLIPs: one row a layout, told apart by names of
/// tensors.</summary>
internal static class FamilyReader
{
    private static readonly Row[] s_rows =
    [
        new(name => name == "vision_model.head.probe", TransformersReader.ReadSiglip),
        new(name => name == "embeddings.patch_embeddings.projection.weight", TransformersReader.ReadDinov2),
        new(name => name.StartsWith(OpenClipReader.TrunkPrefix, StringComparison.Ordinal), OpenClipReader.Read),
        new(_ => true, TimmReader.Read),
    ];

    /// <param name="files">Open files.</param>
    /// <param name="overrides">Go before all that the files say.</param>
    /// <exception cref="PromptKDException">The model is damaged, incomplete, or not supported.</exception>
    public static FamilyModel Read(FamilyFiles files, ClipDetails overrides)
    {
        Unsupported.Refuse(files);
        return s_rows.First(row => files.Tensors.Keys.Any(row.Recognises)).Read(files, overrides);
    }

    private sealed record Row(Func<string, bool> Recognises, Func<FamilyFiles, ClipDetails, FamilyModel> Read);
}
