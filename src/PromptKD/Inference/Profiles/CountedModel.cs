using PromptKD.Models.Clip;
using PromptKD.Models.Costs;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;

namespace PromptKD.Inference.Profiles;

/// <summary>All sizes of a model that counting needs, whatever weights it has.</summary>
internal sealed record CountedModel
{
    private const double Giga = 1e9;
    private const string CoCoOp = "CoCoOp";
    private const string PromptKD = "PromptKD";

    // PromptKD (arXiv 2403.02781), table 7: on an A100.
    private static readonly Dictionary<string, (double Gigaflops, double PicturesPerSecond)> s_paper = new()
    {
        ["CoOp"] = (162.5, 1344),
        [CoCoOp] = (162.5, 15.08),
        ["PromptSRC"] = (162.8, 1380),
        [PromptKD] = (42.5, 1710),
    };

    /// <summary>For people.</summary>
    public required string Title { get; init; }

    /// <summary>Sizes of both towers.</summary>
    public required ClipArchitecture Clip { get; init; }

    /// <summary>As TRAINER.NAME spells it; null for a CLIP as it is.</summary>
    public string? Method { get; init; }

    /// <summary>How many classes it tells apart.</summary>
    public required int Classes { get; init; }

    /// <summary>Learned tokens in an image sequence.</summary>
    public int VisionTokens { get; init; }

    /// <summary>Layers of the image tower that have some.</summary>
    public int VisionDepth { get; init; }

    /// <summary>Learned tokens in a sentence.</summary>
    public int TextTokens { get; init; }

    /// <summary>Numbers that learned beside towers and projector: tokens, and what makes tokens of others.</summary>
    public long LearnedTokenValues { get; init; }

    /// <summary>Linear layers of the projector; 0 for none.</summary>
    public int ProjectorLayers { get; init; }

    /// <summary>Width of the class vectors.</summary>
    public required int Embedding { get; init; }

    /// <summary>Whether the image tower's own weights learned.</summary>
    public bool TunesTower { get; init; }

    /// <summary>Whether there is a text tower.</summary>
    public bool HasTexts { get; init; } = true;

    /// <summary>Whether each picture has texts of its own.</summary>
    public bool MakesTextsOfPictures => Method == CoCoOp;

    /// <summary>Its parts, in the order of a picture's way.</summary>
    public IReadOnlyList<ProfiledPart> Parts
    {
        get
        {
            long tower = ParameterCount.OfImageTower(Clip);
            List<ProfiledPart> parts =
            [
                new("image tower", tower, TunesTower ? tower : 0, ImageTower.MultiplyAdds, ProfiledPart.ForEachPicture),
            ];
            if (LearnedTokenValues > 0)
            {
                parts.Add(new(
                    MakesTextsOfPictures ? "learned tokens and meta-net"
                        : Method == "MaPLe" ? "learned tokens and their maps"
                        : "learned tokens",
                    LearnedTokenValues,
                    LearnedTokenValues,
                    MetaNet.MultiplyAdds,
                    ProfiledPart.ForEachPicture));
            }

            if (ProjectorLayers > 0)
            {
                long projector = ParameterCount.Of(ProjectorShapes);
                parts.Add(new("projector", projector, projector, ToTeacher.MultiplyAdds, ProfiledPart.ForEachPicture));
            }

            parts.Add(new("class vectors", 0, 0, Comparison.MultiplyAdds, ProfiledPart.ForEachPicture));
            if (HasTexts)
            {
                parts.Add(new(
                    "text tower",
                    ParameterCount.OfTextTower(Clip),
                    0,
                    TowerCosts.OfText(Clip).MultiplyAdds,
                    MakesTextsOfPictures ? ProfiledPart.ForEachPictureAndClass : ProfiledPart.OnceForEachClass));
            }

            return parts;
        }
    }

    /// <summary>As table 7 counts, beside what it says.</summary>
    public PublishedCost Published
    {
        get
        {
            Operations all = ImageTower + MetaNet + ToTeacher + Comparison
                + ((HasTexts ? Classes : 0) * TowerCosts.OfText(Clip));
            (double, double)? row = Method is not null && (HasTexts || Method == PromptKD)
                && Clip == ClipArchitecture.VitB16
                && s_paper.TryGetValue(Method, out (double, double) known) ? known : null;
            return new PublishedCost(all.AsPublished / Giga, row?.Item1, row?.Item2);
        }
    }

    private Operations ImageTower => TowerCosts.OfPicture(Clip, VisionDepth > 0 ? VisionTokens : 0);

    private Operations MetaNet => MakesTextsOfPictures
        ? new((Clip.EmbeddingSize / (long)MetaNetwork.Reduction) * (Clip.EmbeddingSize + Clip.TextWidth))
        : default;

    private Operations ToTeacher => ProjectorLayers == 0
        ? default
        : new(ProjectorShapes.Where(named => named.Value.Length == 4).Sum(named => named.Value[0] * named.Value[1]));

    private Operations Comparison => new((long)Classes * Embedding);

    private IReadOnlyDictionary<string, long[]> ProjectorShapes =>
        ProjectorWeights.ShapesOf(Clip.EmbeddingSize, Embedding, ProjectorLayers);
}
