namespace PromptKD.Models.Clip;

/// <summary>
/// A CLIP of which only is known what goes into its image tower and what comes out: a graph, a teacher of one's own. It
/// has no layers to put prompts into, and no text tower.
/// </summary>
internal static class UnseenTower
{
    /// <summary>Its architecture.</summary>
    /// <param name="imageSize">Pixels of a side.</param>
    /// <param name="patchSize">Pixels of a side that end in one feature; the whole picture where nobody knows.</param>
    /// <param name="width">Features of a picture.</param>
    public static ClipArchitecture Of(int imageSize, int patchSize, int width) => new()
    {
        ImageSize = imageSize,
        PatchSize = patchSize,
        VisionWidth = width,
        VisionLayers = 0,
        VisionHeads = 1,
        EmbeddingSize = width,
        TextWidth = 0,
        TextLayers = 0,
        TextHeads = 0,
        ContextLength = 0,
        VocabularySize = 0,
    };
}
