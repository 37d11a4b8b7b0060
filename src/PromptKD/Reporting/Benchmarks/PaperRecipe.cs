namespace PromptKD.Reporting.Benchmarks;

/// <summary>With which settings a method's rows of the tables were made.</summary>
/// <param name="BaseToNovel">Its file in <c>configs/trainers</c> for base-to-novel.</param>
/// <param name="Transfer">Its file for the other two protocols, which learn from ImageNet.</param>
internal sealed record PaperRecipe(string BaseToNovel, string Transfer)
{
    private const string LargestDataset = "ImageNet";

    private static readonly Dictionary<string, PaperRecipe> s_recipes = new()
    {
        ["PromptKD"] = new(
            "PromptKD/vit_b16_c2_ep20_batch8_4+4ctx.yaml",
            "PromptKD/vit_b16_c2_ep20_batch8_4+4ctx_cross_datasets.yaml"),
        ["PromptSRC"] = new(
            "PromptSRC/vit_b16_c2_ep20_batch4_4+4ctx.yaml",
            "PromptSRC/vit_b16_c2_ep20_batch4_4+4ctx_cross_datasets.yaml")
        {
            // The paper's own; the file of PromptKD's repository has batches of 8.
            TransferSettings = ["DATALOADER.TRAIN_X.BATCH_SIZE", "4", "OPTIM.LR", "0.0025"],
        },
        ["MaPLe"] = new("MaPLe/vit_b16_c2_ep5_batch4_2ctx.yaml", "MaPLe/vit_b16_c2_ep5_batch4_2ctx_cross_datasets.yaml")
        {
            TestsLastEpoch = true,
        },
        ["IVLP"] = new("IVLP/vit_b16_c2_ep20_batch8_4+4ctx.yaml", "IVLP/vit_b16_c2_ep20_batch8_4+4ctx.yaml"),
        ["CoCoOp"] = new("CoCoOp/vit_b16_c4_ep10_batch1_ctxv1.yaml", "CoCoOp/vit_b16_c4_ep10_batch1_ctxv1.yaml")
        {
            // As its name says; the file of PromptKD's repository has batches of 8.
            Settings = ["DATALOADER.TRAIN_X.BATCH_SIZE", "1"],
        },
        ["CoOp"] = new("CoOp/vit_b16_ctxv1.yaml", "CoOp/vit_b16_ep50_ctxv1.yaml")
        {
            OnLargest = "CoOp/vit_b16_ep50_ctxv1.yaml",
        },
        ["ZeroshotCLIP"] = new("CoOp/vit_b16.yaml", "CoOp/vit_b16.yaml"),
        ["ZeroshotCLIP2"] = new("CoOp/vit_b16.yaml", "CoOp/vit_b16.yaml"),
    };

    /// <summary>The methods that have one, as TRAINER.NAME spells them.</summary>
    public static IReadOnlyCollection<string> Methods => s_recipes.Keys;

    /// <summary>Its file for base-to-novel on ImageNet, where that is another one.</summary>
    public string? OnLargest { get; init; }

    /// <summary>KEY VALUE pairs that win over the file, in every protocol.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>
    /// KEY VALUE pairs that win over the file where the method learns from ImageNet for other data sets.
    /// </summary>
    public IReadOnlyList<string> TransferSettings { get; init; } = [];

    /// <summary>
    /// Whether the reference's script tests new classes with the model of the last epoch, though the base classes are
    /// tested with the best (MaPLe <c>scripts/maple/base2new_test_maple.sh</c>).
    /// </summary>
    public bool TestsLastEpoch { get; init; }

    /// <summary>The recipe of a method.</summary>
    /// <param name="trainer">One of <see cref="Methods"/>.</param>
    public static PaperRecipe Of(string trainer) => s_recipes[trainer];

    /// <summary>What a run is made with.</summary>
    /// <param name="protocol">For which table.</param>
    /// <param name="dataset">DATASET.NAME.</param>
    /// <returns>The file, and KEY VALUE pairs that win over it.</returns>
    public (string File, IReadOnlyList<string> Settings) For(Protocol protocol, string dataset) =>
        protocol == Protocol.BaseToNovel
            ? (dataset == LargestDataset && OnLargest is { } file ? file : BaseToNovel, Settings)
            : (Transfer, [.. Settings, .. TransferSettings]);
}
