using PromptKD.Models.Clip;
using PromptKD.Models.Costs;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights.Hub;

/// <summary>The models that have a name here: OpenAI's, and those of other families that are supported.</summary>
public static class PublishedModels
{
    private const string Apache = "Apache-2.0";
    private const string Mit = "MIT";
    private const string Apples = "Apple's, research only";

    private const double Million = 1e6;
    private const double Billion = 1e9;

    // Name, repository, pixels, millions of parameters and billions of multiply-adds of the image tower.
    private static readonly Row[] s_rows =
    [
        .. Siglips("siglip", "google/siglip-",
        [
            ("base-patch16-224", 224, 92.9, 17.7), ("base-patch16-256", 256, 92.9, 23.4),
            ("base-patch16-384", 384, 93.2, 56.1), ("base-patch16-512", 512, 93.5, 108.1),
            ("large-patch16-256", 256, 316.0, 81.3), ("large-patch16-384", 384, 316.3, 191.9),
            ("so400m-patch14-224", 224, 427.7, 110.2), ("so400m-patch14-384", 384, 428.2, 335.2),
        ]),
        .. Siglips("siglip2", "google/siglip2-",
        [
            ("base-patch32-256", 256, 94.6, 5.7), ("base-patch16-224", 224, 92.9, 17.7),
            ("base-patch16-256", 256, 92.9, 23.4), ("base-patch16-384", 384, 93.2, 56.1),
            ("base-patch16-512", 512, 93.5, 108.1), ("large-patch16-256", 256, 316.0, 81.3),
            ("large-patch16-384", 384, 316.3, 191.9), ("large-patch16-512", 512, 316.7, 363.7),
            ("so400m-patch14-224", 224, 427.7, 110.2), ("so400m-patch14-384", 384, 428.2, 335.2),
            ("so400m-patch16-256", 256, 427.9, 110.2), ("so400m-patch16-384", 384, 428.3, 259.5),
            ("so400m-patch16-512", 512, 428.8, 489.8), ("giant-opt-patch16-256", 256, 1163.2, 299.5),
            ("giant-opt-patch16-384", 384, 1163.7, 696.5),
        ]),
        new(
            "eva02:base-patch16-224", "timm/eva02_base_patch16_clip_224.merged2b_s8b_b131k",
            224, 86.3, 17.6, Mit, true),
        new(
            "eva02:large-patch14-224", "timm/eva02_large_patch14_clip_224.merged2b_s4b_b131k",
            224, 304.1, 81.0, Mit, true),
        new(
            "eva02:large-patch14-336", "timm/eva02_large_patch14_clip_336.merged2b_s6b_b61k",
            336, 304.4, 190.9, Mit, true),
        new("convnext:base-w", "laion/CLIP-convnext_base_w-laion2B-s13B-b82K", 256, 88.2, 20.1, Mit, true),
        new("mobileclip:s1", "apple/MobileCLIP-S1-OpenCLIP", 256, 21.5, 4.7, Apples, true, IsForResearchOnly: true),
        new("mobileclip:s2", "apple/MobileCLIP-S2-OpenCLIP", 256, 35.8, 7.8, Apples, true, IsForResearchOnly: true),
        new("dinov2:small", "facebook/dinov2-small", 224, 22.1, 6.1, Apache, false),
        new("dinov2:base", "facebook/dinov2-base", 224, 86.6, 23.2, Apache, false),
        new("dinov2:large", "facebook/dinov2-large", 224, 304.4, 81.0, Apache, false),
        new("dinov2:giant", "facebook/dinov2-giant", 224, 1136.5, 299.4, Apache, false),
        new("dinov2:small-registers", "facebook/dinov2-with-registers-small", 224, 22.1, 6.2, Apache, false),
        new("dinov2:base-registers", "facebook/dinov2-with-registers-base", 224, 86.6, 23.5, Apache, false),
        new("dinov2:large-registers", "facebook/dinov2-with-registers-large", 224, 304.4, 82.3, Apache, false),
        new("vit:tiny-patch16-224", "timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k", 224, 5.5, 1.3, Apache, false),
        new("vit:small-patch16-224", "timm/vit_small_patch16_224.augreg_in21k_ft_in1k", 224, 21.7, 4.6, Apache, false),
        new("vit:base-patch16-224", "timm/vit_base_patch16_224.augreg_in21k_ft_in1k", 224, 85.8, 17.6, Apache, false),
        new("deit:tiny-patch16-224", "timm/deit_tiny_patch16_224.fb_in1k", 224, 5.5, 1.3, Apache, false),
        new("deit:small-patch16-224", "timm/deit_small_patch16_224.fb_in1k", 224, 21.7, 4.6, Apache, false),
        new("deit:base-patch16-224", "timm/deit_base_patch16_224.fb_in1k", 224, 85.8, 17.6, Apache, false),
        new("mobilenetv4:conv_small", "timm/mobilenetv4_conv_small.e2400_r224_in1k", 224, 2.5, 0.2, Apache, false),
        new(
            "mobilenetv4:conv_small_050", "timm/mobilenetv4_conv_small_050.e3000_r224_in1k",
            224, 1.0, 0.1, Apache, false),
        new("mobilenetv4:conv_medium", "timm/mobilenetv4_conv_medium.e500_r256_in1k", 256, 8.4, 1.1, Apache, false),
    ];

    /// <summary>All of them, and whether each is on this machine.</summary>
    public static IReadOnlyList<PublishedModel> List()
    {
        var cache = HubCache.Current;
        return
        [
            .. OpenAiModels.All.Select(OfOpenAi),
            .. s_rows.Select(row => row.ToModel() with { IsCached = cache.Find(row.Repository) is not null }),
        ];
    }

    /// <summary>The repository of a name; null where the name is of no family of this table.</summary>
    /// <exception cref="PromptKDException">The family has no such model.</exception>
    internal static string? RepositoryOf(string name)
    {
        if (s_rows.FirstOrDefault(row => row.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found)
        {
            return found.Repository;
        }

        int end = name.IndexOf(':', StringComparison.Ordinal);
        string[] family = end < 0 ? [] : [.. s_rows.Select(row => row.Name)
            .Where(known => known.StartsWith(name[..(end + 1)], StringComparison.OrdinalIgnoreCase))];
        return family.Length == 0 ? null : throw new PromptKDException(
            $"{name}: no model of that name is known here. Known are {string.Join(", ", family)}; others are given as "
            + "hf:ORG/NAME.");
    }

    private static PublishedModel OfOpenAi(OpenAiModel model)
    {
        ClipArchitecture clip = ClipArchitecture.Published.First(one => one.Name == model.Name).Architecture;
        return new PublishedModel(
            OpenAiModels.Prefix + model.Name,
            model.FileName,
            clip.ImageSize,
            ParameterCount.OfImageTower(clip),
            TowerCosts.OfPicture(clip).MultiplyAdds,
            Mit,
            CanTeach: true)
        {
            IsCached = File.Exists(Path.Combine(CacheFolder.Current, model.FileName)),
        };
    }

    private static IEnumerable<Row> Siglips(
        string family,
        string repository,
        IEnumerable<(string Name, int Size, double Parameters, double Operations)> sizes) =>
        sizes.Select(one => new Row(
            $"{family}:{one.Name}", repository + one.Name, one.Size, one.Parameters, one.Operations, Apache, true));

    private sealed record Row(
        string Name,
        string Repository,
        int Size,
        double Parameters,
        double Operations,
        string Licence,
        bool CanTeach,
        bool IsForResearchOnly = false)
    {
        public PublishedModel ToModel() => new(
            Name, Repository, Size, (long)(Parameters * Million), (long)(Operations * Billion), Licence, CanTeach)
        {
            IsForResearchOnly = IsForResearchOnly,
        };
    }
}
