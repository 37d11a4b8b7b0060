using PromptKD.Methods;
using PromptKD.Models.Prompts;

namespace PromptKD.Dassl;

/// <summary>What Dassl's programs save of a method: in which folder, under which names, in which order.</summary>
/// <param name="Folder">The folder, below the output folder, that holds its checkpoints.</param>
internal sealed record DasslModel(string Folder)
{
    private const string LearnerPrefix = "prompt_learner.";
    private const string ImagePrefix = "image_encoder.";
    private const string TextPrefix = "text_encoder.";
    private const string ProjectorPrefix = Student.ProjectorPrefix;

    private static readonly Dictionary<string, DasslModel> s_models = new()
    {
        ["CoOp"] = new DasslModel("prompt_learner") { SavesLearnerAlone = true, PrintsAccuracy = true },
        ["CoCoOp"] = new DasslModel("prompt_learner") { SavesLearnerAlone = true },
        ["MaPLe"] = new DasslModel("MultiModalPromptLearner"),
        ["IVLP"] = new DasslModel("VLPromptLearner"),
        ["PromptSRC"] = new DasslModel("VLPromptLearner") { SavesPlainTower = true },
        ["PromptKD"] = new DasslModel("VLPromptLearner"),
    };

    /// <summary>Whether only the module that makes the prompts is saved, and its names have no prefix.</summary>
    public bool SavesLearnerAlone { get; init; }

    /// <summary>Whether its lines of progress have the accuracy of the batch.</summary>
    public bool PrintsAccuracy { get; init; }

    /// <summary>Whether the image tower is saved a second time, without its prompts.</summary>
    public bool SavesPlainTower { get; init; }

    /// <summary>
    /// How a method is saved. One that Dassl's programs do not have is saved whole, in a folder of its name.
    /// </summary>
    /// <param name="trainer">TRAINER.NAME.</param>
    public static DasslModel Of(string trainer) => s_models.GetValueOrDefault(trainer) ?? new DasslModel(trainer);

    /// <summary>
    /// All that is saved: what was learned, and frozen weights and buffers too, where the reference does so.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="learned">Its learned values: <see cref="ITrainedMethod.Deployed"/>, or those being trained.</param>
    /// <returns>New handles of the same values; the caller, or its scope, frees them.</returns>
    public IReadOnlyList<KeyValuePair<string, Tensor>> StateOf(
        ITrainedMethod method, IReadOnlyList<KeyValuePair<string, Tensor>> learned)
    {
        using DisposeScope scope = NewDisposeScope();
        KeyValuePair<string, Tensor>[] state =
        [
            .. (SavesLearnerAlone ? Learner(method.Model, learned) : Whole(method.Model, learned))
                .Select(named => KeyValuePair.Create(named.Key, named.Value.detach())),
        ];
        Array.ForEach(state, named => named.Value.MoveToOuterDisposeScope());
        return state;
    }

    private IEnumerable<KeyValuePair<string, Tensor>> Whole(
        FrozenModel model, IReadOnlyList<KeyValuePair<string, Tensor>> learned)
    {
        IEnumerable<KeyValuePair<string, Tensor>> learner = model.Sentences is null
            ? []
            : Below(LearnerPrefix, [.. Learner(model, Within(LearnerPrefix, learned)), .. PlainTower(model)]);
        return
        [
            new("logit_scale", model.LogitScale),
            .. learner,
            .. Below(ImagePrefix, ImageTower(model, Within(ImagePrefix, learned))),
            .. TextTower(model, learned),
            .. Projector(learned),
        ];
    }

    // The first learned tokens, the embeddings around them, and what else the module learns.
    private static IEnumerable<KeyValuePair<string, Tensor>> Learner(
        FrozenModel model, IReadOnlyList<KeyValuePair<string, Tensor>> learned) =>
        [.. learned.Take(1), .. model.Sentences?.StoredEmbeddings() ?? [], .. learned.Skip(1)];

    private IEnumerable<KeyValuePair<string, Tensor>> PlainTower(FrozenModel model) =>
        SavesPlainTower ? Below("ZS_image_encoder.", model.Images.state_dict()) : [];

    // Prompts stand among the tower's weights; weights that learned, in the place of the tower's own.
    private static IEnumerable<KeyValuePair<string, Tensor>> ImageTower(
        FrozenModel model, IReadOnlyList<KeyValuePair<string, Tensor>> learned)
    {
        var tuned = learned.Where(named => !LearnedPrompts.IsName(named.Key)).ToDictionary();
        return LearnedPrompts.Among(
            model.Images.state_dict().Select(named =>
                KeyValuePair.Create(named.Key, tuned.GetValueOrDefault(named.Key, named.Value))),
            learned.Where(named => LearnedPrompts.IsName(named.Key)));
    }

    // Without the vocabulary, which the reference does not count as the tower's own.
    private static IEnumerable<KeyValuePair<string, Tensor>> TextTower(
        FrozenModel model, IReadOnlyList<KeyValuePair<string, Tensor>> learned) => model.Text is null
            ? []
            : Below(TextPrefix, LearnedPrompts.Among(
                model.Text.state_dict()
                    .Where(named => !named.Key.StartsWith("token_embedding.", StringComparison.Ordinal)),
                Within(TextPrefix, learned)));

    // Of 1×1 convolutions, [out, in, 1, 1], layer by layer: running statistics come before the last layer.
    private static IEnumerable<KeyValuePair<string, Tensor>> Projector(
        IReadOnlyList<KeyValuePair<string, Tensor>> learned) =>
        Below(ProjectorPrefix, Within(ProjectorPrefix, learned)
            .OrderBy(named => named.Key[..named.Key.LastIndexOf('.')], StringComparer.Ordinal)
            .Select(named => KeyValuePair.Create(
                named.Key,
                named.Value.dim() == 2 ? named.Value.view(named.Value.shape[0], -1, 1, 1) : named.Value)));

    private static IReadOnlyList<KeyValuePair<string, Tensor>> Within(
        string prefix, IEnumerable<KeyValuePair<string, Tensor>> learned) =>
    [
        .. learned.Where(named => named.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(named => KeyValuePair.Create(named.Key[prefix.Length..], named.Value)),
    ];

    private static IEnumerable<KeyValuePair<string, Tensor>> Below(
        string prefix, IEnumerable<KeyValuePair<string, Tensor>> state) =>
        state.Select(named => KeyValuePair.Create(prefix + named.Key, named.Value));
}
