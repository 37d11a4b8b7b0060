using System.Globalization;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights;

/// <summary>
/// Reads the checkpoints of PromptSRC, IVLP and PromptKD (<c>VLPromptLearner/model.pth.tar-N</c>), and as teachers
/// those of the rest of the family (<see cref="FamilyTeacher"/>). The reference loads them leniently, so that missing
/// prompts silently stay random; here whatever is missing is an error.
/// </summary>
internal static class PromptCheckpoint
{
    private const string TextContextName = "prompt_learner.ctx";
    private const string VisionPromptsName = "image_encoder.VPT";
    private const string ProjectorPrefix = "VPT_image_trans.";

    // Made anew from the class names, or a copy of the untuned CLIP that only PromptSRC's own loss needs.
    private static readonly string[] s_ignored = ["prompt_learner.token_", "prompt_learner.ZS_image_encoder."];

    /// <summary>Reads a prompted teacher: text context, and whatever prompts it has besides.</summary>
    /// <exception cref="PromptKDException">The file cannot be read, or is not a prompted teacher's.</exception>
    public static PromptedWeights ReadTeacher(string path) => Read(path, (file, entries) =>
    {
        string? method = LearnedCheckpoint.MethodOf(file.Tensors.Keys);
        if (method is "CoOp" or "CoCoOp" or "MaPLe")
        {
            return new FamilyTeacher(method, file).Read();
        }

        if (!entries.ContainsKey(TextContextName))
        {
            string guess = HasProjector(entries)
                ? "a student's checkpoint"
                : "a teacher of CoOp, CoCoOp, MaPLe, IVLP or PromptSRC";
            throw new PromptKDException(
                $"{path}: no text prompts ('{TextContextName}') among {Counted.Of(entries.Count, "tensor")}. Is it "
                + $"{guess}?");
        }

        return Assemble(path, file, entries, projector: null);
    });

    /// <summary>Reads a PromptKD student: vision prompts and projector.</summary>
    /// <exception cref="PromptKDException">The file cannot be read, or is not a student's.</exception>
    public static PromptedWeights ReadStudent(string path) => Read(path, (file, entries) =>
    {
        if (!HasProjector(entries))
        {
            string guess = entries.ContainsKey(TextContextName) ? "a teacher's checkpoint" : "a PromptKD student's";
            throw new PromptKDException(
                $"{path}: no projector ('{ProjectorPrefix}…') among {Counted.Of(entries.Count, "tensor")}. Is it "
                + $"{guess}?");
        }

        return Assemble(path, file, entries, ReadProjector(path, entries));
    });

    private static PromptedWeights Read(
        string path, Func<CheckpointFile, Dictionary<string, TensorEntry>, PromptedWeights> assemble)
    {
        using CheckpointFile file = CheckpointFile.Open(path);
        return assemble(file, file.Tensors
            .Where(tensor => !s_ignored.Any(prefix => tensor.Key.StartsWith(prefix, StringComparison.Ordinal)))
            .ToDictionary());
    }

    private static PromptedWeights Assemble(
        string path, CheckpointFile file, Dictionary<string, TensorEntry> entries, ProjectorWeights? projector)
    {
        List<TensorEntry> text = FindPrompts(path, entries, TextContextName, "text_encoder.");
        List<TensorEntry> vision = FindPrompts(path, entries, VisionPromptsName, "image_encoder.");
        Dictionary<string, TensorEntry> frozen = ParameterNames.Translate(
            path, entries.Where(entry => !IsLearned(entry.Key)));
        const string Learner = "prompt_learner.";
        if (frozen.Keys.FirstOrDefault(name => name.StartsWith(Learner, StringComparison.Ordinal)) is { } unknown)
        {
            throw new PromptKDException(
                $"{path}: '{unknown}' belongs to a method whose teachers are not supported. "
                + "Use one of CoOp, CoCoOp, MaPLe, IVLP or PromptSRC.");
        }

        return new PromptedWeights
        {
            Source = path,
            Method = LearnedCheckpoint.MethodOf(file.Tensors.Keys) ?? "",
            TextContext = ReadAll(text.Take(1)).FirstOrDefault(),
            DeepTextPrompts = ReadAll(text.Skip(1)),
            VisionPrompts = ReadAll(vision.Take(1)).FirstOrDefault(),
            DeepVisionPrompts = ReadAll(vision.Skip(1)),
            Overrides = TensorEntry.ReadAll(frozen),
            Projector = projector,
            Epoch = file.Epoch,
            ValidationResult = file.ValidationResult,
        };
    }

    /// <summary>The prompts of one encoder, layer by layer, from the input on.</summary>
    private static List<TensorEntry> FindPrompts(
        string path, Dictionary<string, TensorEntry> entries, string firstName, string encoder)
    {
        string[] deepNames = [.. entries.Keys.Where(name => IsDeepPrompt(name, encoder))];
        var prompts = new List<TensorEntry>();
        for (int layer = 0; layer == 0 || prompts.Count <= deepNames.Length; layer++)
        {
            string name = layer == 0 ? firstName : DeepPromptName(encoder, layer);
            if (!entries.TryGetValue(name, out TensorEntry? entry))
            {
                return deepNames.Length == 0 ? [] : throw new PromptKDException(
                    $"{path}: no prompts '{name}', but {deepNames.Length} other layers have theirs. Is it complete?");
            }

            if (entry.Shape.Length != 2 || (layer > 0 && !entry.Shape.SequenceEqual(prompts[0].Shape)))
            {
                string expected = layer == 0 ? "tokens, width" : string.Join(", ", prompts[0].Shape);
                throw new PromptKDException(
                    $"{path}: '{name}' is {ShapeText.Of(entry.Shape)}, expected [{expected}], "
                    + "the same for all classes and layers.");
            }

            prompts.Add(entry);
        }

        return prompts;
    }

    private static ProjectorWeights ReadProjector(string path, Dictionary<string, TensorEntry> entries)
    {
        Dictionary<string, TensorEntry> projector = entries
            .Where(entry => entry.Key.StartsWith(ProjectorPrefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[ProjectorPrefix.Length..], entry => entry.Value);
        long[] first = projector.GetValueOrDefault("conv1.0.weight")?.Shape ?? [];
        (long teacher, long student) = first.Length == 4 ? (first[0], first[1]) : (0, 0);
        int layers = Math.Max(1, ProjectorWeights.CountLayers(projector.Keys));
        foreach ((string name, long[] expected) in ProjectorWeights.ShapesOf(student, teacher, layers))
        {
            long[]? shape = projector.GetValueOrDefault(name)?.Shape;
            if (shape is null || !shape.SequenceEqual(expected) || teacher == 0)
            {
                string found = shape is null ? "missing" : ShapeText.Of(shape);
                throw new PromptKDException(
                    $"{path}: its projector's '{ProjectorPrefix}{name}' is {found}, not {ShapeText.Of(expected)}.");
            }
        }

        return new ProjectorWeights(TensorEntry.ReadAll(projector));
    }

    private static List<Tensor> ReadAll(IEnumerable<TensorEntry> entries) =>
        [.. entries.Select(entry => entry.Read().DetachFromDisposeScope())];

    private static bool HasProjector(Dictionary<string, TensorEntry> entries) =>
        entries.Keys.Any(name => name.StartsWith(ProjectorPrefix, StringComparison.Ordinal));

    private static bool IsLearned(string name) => name is TextContextName or VisionPromptsName
        || name.StartsWith(ProjectorPrefix, StringComparison.Ordinal)
        || IsDeepPrompt(name, "image_encoder.")
        || IsDeepPrompt(name, "text_encoder.");

    private static bool IsDeepPrompt(string name, string encoder) =>
        name.StartsWith(encoder + "transformer.resblocks.", StringComparison.Ordinal)
        && name.EndsWith(".VPT_shallow", StringComparison.Ordinal);

    private static string DeepPromptName(string encoder, int layer) => string.Create(
        CultureInfo.InvariantCulture, $"{encoder}transformer.resblocks.{layer}.VPT_shallow");
}
