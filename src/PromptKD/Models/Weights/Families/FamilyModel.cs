using PromptKD.Models.Clip;

namespace PromptKD.Models.Weights.Families;

/// <summary>A model of another family, read but for its values.</summary>
/// <param name="Format">The program whose format it is, for people.</param>
/// <param name="Architecture">Sizes, descriptions, shapes.</param>
/// <param name="Entries">Every tensor of its towers, under our names.</param>
/// <param name="Preprocessing">How pictures are prepared; null where nothing says it.</param>
internal sealed record FamilyModel(
    string Format,
    ClipArchitecture Architecture,
    IReadOnlyDictionary<string, TensorEntry> Entries,
    ClipPreprocessing? Preprocessing)
{
    // A tower without texts was never compared with any: as a student, it is given the scale of all published CLIPs.
    private static readonly double s_clipsScale = Math.Log(100);

    /// <summary>An image tower without a text tower.</summary>
    /// <param name="format">As <see cref="Format"/>.</param>
    /// <param name="tower">As <see cref="Architecture"/>.</param>
    /// <param name="trunk">Its tensors under the tower's own names.</param>
    /// <param name="preprocessing">As <see cref="Preprocessing"/>.</param>
    public static FamilyModel OfTower(
        string format,
        ClipArchitecture tower,
        IReadOnlyDictionary<string, TensorEntry> trunk,
        ClipPreprocessing? preprocessing)
    {
        var entries = trunk.ToDictionary(one => TowerSizes.VisualPrefix + one.Key, one => one.Value);
        entries["logit_scale"] = EntryShaping.Number(s_clipsScale);
        return new FamilyModel(format, tower, entries, preprocessing);
    }
}
