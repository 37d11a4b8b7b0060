using System.Globalization;
using PromptKD.Models.Prompts;

namespace PromptKD.Models.Weights;

/// <summary>
/// Reads teachers of CoOp, CoCoOp and MaPLe. The first two learn the words around the class name alone; MaPLe's image
/// tokens are linear maps of its text tokens, and are computed here, once.
/// </summary>
/// <remarks>CoOp trainers/coop.py and cocoop.py, MaPLe trainers/maple.py: the names of their state dicts.</remarks>
/// <param name="method">Which of them, as <see cref="LearnedCheckpoint.MethodOf"/> says.</param>
/// <param name="file">The open checkpoint.</param>
internal sealed class FamilyTeacher(string method, CheckpointFile file)
{
    private const string Learner = "prompt_learner.";
    private const string Network = "meta_net.";
    private const string DeepTexts = "compound_prompts_text.";
    private const string DeepMaps = "compound_prompt_projections.";

    // CoOp and CoCoOp save the module that makes the prompts alone; its names have no prefix.
    private readonly Dictionary<string, TensorEntry> _learned = file.Tensors
        .Where(entry => !IsSentence(entry.Key)
            && (method != "MaPLe" || entry.Key.StartsWith(Learner, StringComparison.Ordinal)))
        .ToDictionary(entry => Bare(entry.Key), entry => entry.Value);

    private readonly HashSet<string> _taken = [];

    /// <summary>Reads what was learned, and the frozen weights beside it.</summary>
    /// <exception cref="PromptKDException">A tensor is missing, of another shape, or has no place.</exception>
    public PromptedWeights Read()
    {
        using DisposeScope scope = NewDisposeScope();
        long[] context = Shape(
            "ctx", "[tokens, width]", shape => shape.Length == 2 || (shape.Length == 3 && method == "CoOp"));
        Tensor first = Take("ctx", context);
        Dictionary<string, Tensor> network = method == "CoCoOp" ? TakeNetwork(context[^1]) : [];
        (Tensor[] texts, Tensor[] images) = method == "MaPLe" ? TakeCoupled(first) : ([], []);
        if (_learned.Keys.FirstOrDefault(name => !_taken.Contains(name)) is { } unknown)
        {
            throw Fault(
                $"the tensor '{unknown}' has no place in what {method} learns. Is it a checkpoint of its original?");
        }

        Dictionary<string, TensorEntry> frozen = ParameterNames.Translate(
            file.Path,
            file.Tensors.Where(entry =>
                method == "MaPLe" && !entry.Key.StartsWith(Learner, StringComparison.Ordinal)));
        foreach (Tensor kept in (IEnumerable<Tensor>)[first, .. network.Values, .. texts, .. images])
        {
            kept.DetachFromDisposeScope();
        }

        return new PromptedWeights
        {
            Source = file.Path,
            Method = method,
            TextContext = first,
            DeepTextPrompts = texts,
            VisionPrompts = images.FirstOrDefault(),
            DeepVisionPrompts = [.. images.Skip(1)],
            ConditionNetwork = network,
            Overrides = TensorEntry.ReadAll(frozen),
            Epoch = file.Epoch,
            ValidationResult = file.ValidationResult,
        };
    }

    // Linear, ReLU, linear, with a sixteenth of the width of an image feature between.
    private Dictionary<string, Tensor> TakeNetwork(long width)
    {
        long[] first = Shape($"{Network}linear1.weight", "[embedding / 16, embedding]", shape =>
            shape is [var narrow, var embedding] && narrow == embedding / MetaNetwork.Reduction && narrow > 0);
        return new Dictionary<string, Tensor>
        {
            ["linear1.weight"] = Take($"{Network}linear1.weight", first),
            ["linear1.bias"] = Take($"{Network}linear1.bias", [first[0]]),
            ["linear2.weight"] = Take($"{Network}linear2.weight", [width, first[0]]),
            ["linear2.bias"] = Take($"{Network}linear2.bias", [width]),
        };
    }

    private (Tensor[] Texts, Tensor[] Images) TakeCoupled(Tensor context)
    {
        int deep = _learned.Keys.Count(name => name.StartsWith(DeepTexts, StringComparison.Ordinal));
        long[] map = Shape("proj.weight", $"[image width, {context.shape[1]}]", shape =>
            shape.Length == 2 && shape[1] == context.shape[1]);
        Tensor[] texts =
        [
            .. Enumerable.Range(0, deep).Select(layer => Take(Numbered(DeepTexts, layer), context.shape)),
        ];
        Tensor[] images =
        [
            Apply("proj", map, context),
            .. texts.Select((tokens, layer) => Apply(Numbered(DeepMaps, layer), map, tokens)),
        ];
        return (texts, images);
    }

    private Tensor Apply(string name, long[] shape, Tensor tokens) => nn.functional.linear(
        tokens.to(ScalarType.Float32),
        Take($"{name}.weight", shape).to(ScalarType.Float32),
        Take($"{name}.bias", [shape[0]]).to(ScalarType.Float32));

    private Tensor Take(string name, long[] shape)
    {
        long[] found = Shape(name, ShapeText.Of(shape), one => one.SequenceEqual(shape));
        _taken.Add(name);
        return found.Any(size => size == 0)
            ? throw Fault($"'{name}' is {ShapeText.Of(found)}: empty. Is it complete?")
            : _learned[name].Read();
    }

    private long[] Shape(string name, string expected, Func<long[], bool> fits)
    {
        TensorEntry entry = _learned.GetValueOrDefault(name)
            ?? throw Fault($"no tensor '{name}' {expected}, which a checkpoint of {method} has. Is it complete?");
        return fits(entry.Shape)
            ? entry.Shape
            : throw Fault($"'{name}' is {ShapeText.Of(entry.Shape)}, expected {expected}.");
    }

    private PromptKDException Fault(string what) => new($"{file.Path}: {what}");

    // Embeddings of the sentences that it was learned with: made anew of the class names.
    private static bool IsSentence(string name) => Bare(name).StartsWith("token_", StringComparison.Ordinal);

    private static string Bare(string name) =>
        name.StartsWith(Learner, StringComparison.Ordinal) ? name[Learner.Length..] : name;

    private static string Numbered(string start, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{start}{number}");
}
