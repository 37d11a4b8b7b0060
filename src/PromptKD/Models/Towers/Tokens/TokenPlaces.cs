namespace PromptKD.Models.Towers.Tokens;

/// <summary>Where the patches stand in a sequence of tokens.</summary>
/// <param name="FirstPatch">Index of the first patch: tokens of class, distillation and registers stand before
/// it.</param>
/// <param name="Patches">How many there are.</param>
/// <param name="Rotation">How queries and keys of patches are turned; null for not at all.</param>
internal sealed record TokenPlaces(long FirstPatch, long Patches, Rotation? Rotation = null)
{
    /// <summary>Index of the first token behind the patches: there learned tokens stand.</summary>
    public long End => FirstPatch + Patches;
}
