namespace PromptKD.Configuration.Presets;

/// <summary>For which kind of table a method learns from labels.</summary>
internal enum LearningProtocol
{
    /// <summary>From the base classes of a data set.</summary>
    BaseToNovel,

    /// <summary>From ImageNet, for other data sets.</summary>
    Transfer,

    /// <summary>From all classes of a data set.</summary>
    FewShot,
}

/// <summary>
/// The settings behind a labelled method's rows of the paper, as the files in <c>configs/trainers</c> and the commands
/// in docs/reproduce.md have them.
/// </summary>
/// <param name="Epochs">OPTIM.MAX_EPOCH.</param>
/// <param name="Batch">DATALOADER.TRAIN_X.BATCH_SIZE.</param>
/// <param name="Rate">OPTIM.LR.</param>
/// <param name="Own">The method's own keys.</param>
internal sealed record LabelledRecipe(int Epochs, int Batch, double Rate, IReadOnlyList<(string Key, object Usual)> Own)
{
    /// <summary>Labelled pictures of each class behind all rows.</summary>
    public const int Shots = 16;

    private const string Words = "a photo of a";

    private const string LargestDataset = "ImageNet";

    // PromptSRC averages their prompts around a later epoch (its own documentation).
    private static readonly string[] s_late =
        ["StanfordCars", "OxfordFlowers", "FGVCAircraft", "DescribableTextures", "EuroSAT"];

    // Where no words are given, their number and whether each class has its own matter in addition.
    private IReadOnlyList<(string Key, object Usual)> WithoutWords { get; init; } = [];

    /// <summary>What rows of the paper were made with; several where it is not known which of them.</summary>
    /// <param name="trainer">TRAINER.NAME.</param>
    /// <param name="protocol">For which table.</param>
    /// <param name="source">DATASET.NAME of what is learned from.</param>
    /// <param name="shots">DATASET.NUM_SHOTS.</param>
    /// <param name="isLarge">Whether the CLIP is ViT-L/14: PromptKD's teachers.</param>
    public static IReadOnlyList<LabelledRecipe> Of(
        string trainer, LearningProtocol protocol, string source, int shots, bool isLarge) => trainer switch
        {
            "CoOp" => [CoOp(protocol, source, shots)],
            "CoCoOp" => [CoCoOp()],
            "MaPLe" when protocol == LearningProtocol.Transfer => [MaPLe(epochs: 2, rate: 0.0026, depth: 3)],
            "MaPLe" => [MaPLe(epochs: 5, rate: 0.0035, depth: 9)],
            "IVLP" => [new(20, 8, 0.005, Towers("IVLP", depth: 9))],
            "PromptSRC" => [.. PromptSRC(protocol, source, isLarge)],
            _ => [],
        };

    /// <summary>All keys that count, with their usual values.</summary>
    /// <param name="hasWords">Whether the run's context begins as words.</param>
    public IEnumerable<(string Key, object Usual)> Settings(bool hasWords) =>
    [
        ("OPTIM.MAX_EPOCH", Epochs), ("DATALOADER.TRAIN_X.BATCH_SIZE", Batch), ("OPTIM.LR", Rate), .. Own,
        .. hasWords ? [] : WithoutWords, .. PaperSettings.Learning,
    ];

    // Its few-shot runs begin at random, and take fewer epochs of fewer pictures (CoOp's scripts/coop/main.sh).
    private static LabelledRecipe CoOp(LearningProtocol protocol, string source, int shots)
    {
        bool isFewShot = protocol == LearningProtocol.FewShot;
        int epochs = (source, isFewShot, shots) switch
        {
            (LargestDataset, _, _) or (_, true, 1) => 50,
            (_, true, 2 or 4) => 100,
            _ => 200,
        };
        return new(
            epochs, 32, 0.002,
            [("TRAINER.COOP.CTX_INIT", isFewShot ? "" : Words), ("TRAINER.COOP.CLASS_TOKEN_POSITION", "end")])
        {
            WithoutWords = [("TRAINER.COOP.N_CTX", isFewShot ? 16 : 4), ("TRAINER.COOP.CSC", false)],
        };
    }

    private static LabelledRecipe CoCoOp() => new(10, 1, 0.002, [("TRAINER.COCOOP.CTX_INIT", Words)])
    {
        WithoutWords = [("TRAINER.COCOOP.N_CTX", 4)],
    };

    private static LabelledRecipe MaPLe(int epochs, double rate, int depth) => new(
        epochs, 4, rate,
        [("TRAINER.MAPLE.N_CTX", 2), ("TRAINER.MAPLE.CTX_INIT", Words), ("TRAINER.MAPLE.PROMPT_DEPTH", depth)]);

    // There is no file for the teachers of the paper's transfer: what is there is of one of these.
    private static IEnumerable<LabelledRecipe> PromptSRC(LearningProtocol protocol, string source, bool isLarge) =>
        (protocol, isLarge) switch
        {
            (LearningProtocol.BaseToNovel, false) => [PromptSRC(20, 4, 0.0025, 9, (15, 1))],
            (LearningProtocol.BaseToNovel, true) => [PromptSRC(20, 8, 0.005, 9, (15, 1))],
            (LearningProtocol.Transfer, false) => [PromptSRC(20, 4, 0.0025, 3, (6, 10))],
            (LearningProtocol.Transfer, true) =>
            [
                PromptSRC(20, 8, 0.005, 9, (15, 1)), PromptSRC(20, 8, 0.005, 3, (6, 10)),
                PromptSRC(20, 4, 0.0025, 3, (6, 10)),
            ],
            _ => [PromptSRC(50, 8, 0.005, 9, s_late.Contains(source) ? (45, 5) : (30, 30))],
        };

    private static LabelledRecipe PromptSRC(
        int epochs, int batch, double rate, int depth, (int Mean, int Std) average) =>
        new(epochs, batch, rate,
        [
            .. Towers("PROMPTSRC", depth),
            ("TRAINER.PROMPTSRC.GPA_MEAN", average.Mean), ("TRAINER.PROMPTSRC.GPA_STD", average.Std),
            ("TRAINER.PROMPTSRC.TEXT_LOSS_WEIGHT", 25), ("TRAINER.PROMPTSRC.IMAGE_LOSS_WEIGHT", 10),
        ]);

    private static (string Key, object Usual)[] Towers(string section, int depth) =>
    [
        ($"TRAINER.{section}.N_CTX_VISION", 4), ($"TRAINER.{section}.N_CTX_TEXT", 4),
        ($"TRAINER.{section}.CTX_INIT", Words),
        ($"TRAINER.{section}.PROMPT_DEPTH_VISION", depth), ($"TRAINER.{section}.PROMPT_DEPTH_TEXT", depth),
    ];
}
