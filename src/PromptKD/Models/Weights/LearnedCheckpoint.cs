using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights;

/// <summary>
/// An open checkpoint of any method of CoOp's family: which method learned it, and the sizes of what it learned, read
/// off its names and shapes. The reference loads such files leniently; here every tensor must have its place.
/// </summary>
internal sealed class LearnedCheckpoint : IDisposable
{
    private const string ImagePrefix = Weights.LearnedShapes.ImagePrefix;
    private const string TextPrefix = Weights.LearnedShapes.TextPrefix;
    private const string ProjectorPrefix = Weights.LearnedShapes.ProjectorPrefix;
    private const string PlainTower = "prompt_learner.ZS_image_encoder.";

    private readonly CheckpointFile _file;
    private readonly string _learner;

    private LearnedCheckpoint(CheckpointFile file)
    {
        _file = file;
        Method = MethodOf(file.Tensors.Keys) ?? throw NotLearned(file);
        bool isLearner = Method == "CoOp" || (Method == "CoCoOp" && file.Tensors.ContainsKey("ctx"));
        _learner = isLearner ? "" : "prompt_learner.";
    }

    /// <summary>Path as given.</summary>
    public string Path => _file.Path;

    /// <summary>
    /// As TRAINER.NAME spells it. A checkpoint of IVLP has nothing that PromptSRC's has not; both classify alike.
    /// </summary>
    public string Method { get; }

    /// <summary>Epochs trained, where the file says so.</summary>
    public long? Epoch => _file.Epoch;

    /// <summary>Accuracy on its validation pictures, percent, where the file says so.</summary>
    public double? ValidationResult => _file.ValidationResult;

    /// <summary>Learned tokens in front of the class name; 0 for a method without any.</summary>
    public int ContextLength => Context is { Shape: [.., long length, _] } ? (int)length : 0;

    /// <summary>Classes that have learned tokens of their own each; null where all share theirs.</summary>
    public int? ContextClasses => Context is { Shape: [long classes, _, _] } ? (int)classes : null;

    /// <summary>Layers of the text tower that have learned tokens.</summary>
    public int TextDepth => Context is null ? 0 : 1 + DeepLayers(TextPrefix);

    /// <summary>Learned tokens added to each image sequence; of MaPLe, those of its texts.</summary>
    public int VisionLength => Method == "MaPLe" ? ContextLength
        : Find($"{ImagePrefix}VPT") is { Shape: [long length, _] } ? (int)length : 0;

    /// <summary>Layers of the image tower that have learned tokens.</summary>
    public int VisionDepth => Method == "MaPLe" ? 1 + Count(_learner + Weights.LearnedShapes.DeepText, "")
        : VisionLength == 0 ? 0 : 1 + DeepLayers(ImagePrefix);

    /// <summary>Width of the space that the projector leads into; null without a projector.</summary>
    public int? TeacherEmbedding =>
        Find($"{ProjectorPrefix}conv1.0.weight") is { Shape: [long width, ..] } ? (int)width : null;

    /// <summary>Linear layers of the projector; 0 without one.</summary>
    public int ProjectorLayers => ProjectorWeights.CountLayers(_file.Tensors.Keys
        .Where(name => name.StartsWith(ProjectorPrefix, StringComparison.Ordinal))
        .Select(name => name[ProjectorPrefix.Length..]));

    /// <summary>
    /// The embeddings of the sentences that it was learned with, behind the learned tokens, [classes, tokens, width];
    /// null where it does not have them.
    /// </summary>
    public TensorEntry? Sentences => Find($"{_learner}token_suffix") is { Shape.Length: 3 } entry ? entry : null;

    /// <summary>Sizes of what was learned.</summary>
    public LearnedSizes Sizes => new(Method)
    {
        ContextLength = ContextLength,
        ContextClasses = ContextClasses,
        TextDepth = TextDepth,
        VisionLength = VisionLength,
        VisionDepth = VisionDepth,
        TeacherEmbedding = TeacherEmbedding ?? 0,
        ProjectorLayers = ProjectorLayers,
    };

    private TensorEntry? Context => Find($"{_learner}ctx");

    /// <summary>Opens a checkpoint.</summary>
    /// <exception cref="PromptKDException">It cannot be read, or no method of the family wrote it.</exception>
    public static LearnedCheckpoint Open(string path)
    {
        var file = CheckpointFile.Open(path);
        try
        {
            return new LearnedCheckpoint(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Which method learned a checkpoint with tensors of these names; null where none of the family did.
    /// </summary>
    public static string? MethodOf(IEnumerable<string> names) =>
        Any(names, ProjectorPrefix) ? "PromptKD"
            : Any(names, "meta_net.") || Any(names, "prompt_learner.meta_net.") ? "CoCoOp"
            : names.Contains("ctx") ? "CoOp"
            : Any(names, "prompt_learner.proj.") || Any(names, "prompt_learner.compound_prompt") ? "MaPLe"
            : !names.Contains("prompt_learner.ctx") ? null
            : Any(names, PlainTower) ? "PromptSRC"
            : "IVLP";

    /// <summary>Refuses a CLIP that it does not belong to, and tensors that are missing or have no place.</summary>
    /// <param name="clip">Sizes of the CLIP that it was learned on.</param>
    /// <exception cref="PromptKDException">The message names the tensor.</exception>
    public void Check(ClipArchitecture clip)
    {
        IReadOnlyDictionary<string, long[]> learned = LearnedShapes(clip);
        foreach ((string name, long[] shape) in learned)
        {
            TensorEntry entry = Find(name) ?? throw new PromptKDException(
                $"{Path}: no tensor '{name}' {ShapeText.Of(shape)}, which a checkpoint of {Method} on {clip.Name} has. "
                + "Is it complete?");
            RequireShape(name, entry.Shape, shape, clip);
        }

        OrderedDictionary<string, long[]> known = ClipParameters.ShapesOf(clip);
        Dictionary<string, TensorEntry> frozen = Frozen(learned.Keys);
        foreach ((string name, TensorEntry entry) in frozen)
        {
            RequireShape(
                name,
                entry.Shape,
                known.GetValueOrDefault(name) ?? throw new PromptKDException(
                    $"{Path}: the tensor '{name}' {ShapeText.Of(entry.Shape)} has no place in {clip.Name} with "
                    + $"{Method}. Is ‹student› the CLIP that it was learned on?"),
                clip);
        }

        RequireWhole("the image tower", known.Keys.Where(name => name.StartsWith("visual.", StringComparison.Ordinal)));
        RequireWhole("the text tower", known.Keys.Where(name =>
            name.StartsWith("transformer.", StringComparison.Ordinal)
            || name.StartsWith("ln_final.", StringComparison.Ordinal)
            || name is "positional_embedding" or "text_projection"));

        void RequireWhole(string tower, IEnumerable<string> names)
        {
            string[] missing = [.. names.Where(name => !frozen.ContainsKey(name))];
            if (missing.Length > 0 && names.Count() > missing.Length)
            {
                throw new PromptKDException(
                    $"{Path}: it has a part of {tower}, but no tensor '{missing[0]}' ({missing.Length} missing). Is it "
                    + "complete?");
            }
        }
    }

    /// <summary>What was learned, by name. Belongs to the caller, or to its scope.</summary>
    /// <param name="clip">As in <see cref="Check"/>.</param>
    public Dictionary<string, Tensor> ReadLearned(ClipArchitecture clip) =>
        LearnedShapes(clip).Keys.ToDictionary(name => name, name => Find(name)!.Read());

    /// <summary>
    /// The frozen weights that it carries along, under OpenAI's names: they take the place of the CLIP's own, as in the
    /// reference. Belong to the caller.
    /// </summary>
    /// <param name="clip">As in <see cref="Check"/>.</param>
    public Dictionary<string, Tensor> ReadFrozen(ClipArchitecture clip) =>
        TensorEntry.ReadAll(Frozen(LearnedShapes(clip).Keys));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static bool Any(IEnumerable<string> names, string start) =>
        names.Any(name => name.StartsWith(start, StringComparison.Ordinal));

    private static PromptKDException NotLearned(CheckpointFile file) => new(
        $"{file.Path}: "
        + (Any(file.Tensors.Keys, "visual.") || Any(file.Tensors.Keys, "vision_model.")
            ? "a CLIP without anything learned"
            : "no checkpoint of CoOp, MaPLe, IVLP, PromptSRC or PromptKD")
        + $": none of its {Counted.Of(file.Tensors.Count, "tensor")} is a learned context ('ctx', "
        + $"'prompt_learner.ctx') or a projector ('{ProjectorPrefix}…').");

    private OrderedDictionary<string, long[]> LearnedShapes(ClipArchitecture clip) =>
        Weights.LearnedShapes.Of(Sizes, clip, _learner);

    private Dictionary<string, TensorEntry> Frozen(IEnumerable<string> learned)
    {
        HashSet<string> taken = [.. learned];
        return ParameterNames.Translate(Path, _file.Tensors.Where(one =>
            !taken.Contains(one.Key)
            && !one.Key.StartsWith($"{_learner}token_", StringComparison.Ordinal)
            && !one.Key.StartsWith(PlainTower, StringComparison.Ordinal)));
    }

    private void RequireShape(string name, long[] found, long[] expected, ClipArchitecture clip)
    {
        if (!found.SequenceEqual(expected))
        {
            throw new PromptKDException(
                $"{Path}: '{name}' is {ShapeText.Of(found)} but {Method} on {clip.Name} needs "
                + $"{ShapeText.Of(expected)}. Was it learned on another CLIP?");
        }
    }

    private int DeepLayers(string tower) => Count($"{tower}transformer.resblocks.", ".VPT_shallow");

    private int Count(string start, string end) => _file.Tensors.Keys.Count(name =>
        name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith(end, StringComparison.Ordinal));

    private TensorEntry? Find(string name) => _file.Tensors.GetValueOrDefault(name);
}
