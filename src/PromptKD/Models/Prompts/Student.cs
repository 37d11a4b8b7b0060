using PromptKD.Models.Clip;
using PromptKD.Models.Towers.Layers;
using PromptKD.Runtime.Processes;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Prompts;

/// <summary>
/// PromptKD's student: an image tower, frozen unless it is to learn, learned vision prompts, and a learned projector
/// into the space of the class vectors. It has no text tower: it is compared with the teacher's class vectors. Without
/// a projector it is the image tower of a method that stays in its own CLIP's space.
/// </summary>
/// <remarks>arXiv 2403.02781, section 3; PromptKD trainers/promptkd.py, CustomCLIP.</remarks>
internal sealed class Student : Module
{
    /// <summary>Begins the reference's names of the tower and of its prompts.</summary>
    public const string EncoderPrefix = "image_encoder.";

    /// <summary>Begins the reference's names of the projector.</summary>
    public const string ProjectorPrefix = "VPT_image_trans.";

    private readonly ImageEncoder _encoder;
    private readonly LearnedPrompts _prompts;
    private readonly Projector? _projector;
    private readonly IReadOnlyList<KeyValuePair<string, Parameter>> _tuned;
    private readonly LostBiases _lost;

    /// <summary>
    /// Takes the tower (and frees it when disposed); draws prompts and projector from torch's generator.
    /// </summary>
    /// <param name="encoder">A frozen image tower, filled.</param>
    /// <param name="shape">Sizes of what is learned.</param>
    public Student(ImageEncoder encoder, StudentShape shape)
        : base(nameof(Student))
    {
        Shape = shape;
        ClipArchitecture architecture = encoder.Architecture;
        Device device = encoder.Placement.Device;
        _encoder = encoder;
        _prompts = new LearnedPrompts(
            shape.PromptLength,
            Math.Min(shape.PromptDepth, architecture.VisionLayers),
            architecture.VisionWidth,
            device,
            shape.RoundPromptsToHalf);
        _projector = shape.ProjectorLayers == 0
            ? null
            : new Projector(architecture.EmbeddingSize, shape.TeacherEmbedding, device, shape.ProjectorLayers);
        RegisterComponents();
        _tuned = shape.TunesTower ? TunedLayers.Of(encoder, shape.TunedLayers) : [];
        _lost = LostBiases.Of(_tuned, architecture.Tower?.Family, losesShifts: shape.ProjectorLayers > 1);
        foreach (KeyValuePair<string, Parameter> weight in _tuned)
        {
            weight.Value.requires_grad = true;
        }

        if (shape is { TunesTower: true, MovesStatistics: true })
        {
            TunedLayers.MoveStatistics(encoder, shape.TunedLayers);
        }
    }

    /// <summary>Sizes of what is learned.</summary>
    public StudentShape Shape { get; }

    /// <summary>Sizes of the tower.</summary>
    public ClipArchitecture Architecture => _encoder.Architecture;

    /// <summary>The tower.</summary>
    public ImageEncoder Encoder => _encoder;

    /// <summary>Carries its features into the teacher's space.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public Projector Projector => _projector ?? throw new InvalidOperationException("This student has no projector.");

    /// <summary>What is learned, under the reference's names, in a fixed order.</summary>
    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable =>
    [
        .. _prompts.Named.Select(named => KeyValuePair.Create(EncoderPrefix + named.Key, named.Value)),
        .. (_projector?.named_parameters() ?? []).Select(named =>
            KeyValuePair.Create(ProjectorPrefix + named.name, named.parameter)),
        .. _tuned.Select(named => KeyValuePair.Create(EncoderPrefix + named.Key, named.Value)),
    ];

    /// <summary>
    /// <see cref="Trainable"/>, and the running statistics of the projector, and of a tower that moves its own.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> LearnedState =>
    [
        .. Trainable.Select(named => KeyValuePair.Create<string, Tensor>(named.Key, named.Value)),
        .. (_projector?.named_buffers() ?? []).Select(named =>
            KeyValuePair.Create(ProjectorPrefix + named.name, named.buffer)),
        .. (Shape is { TunesTower: true, MovesStatistics: true } ? _encoder.named_buffers() : []).Select(named =>
            KeyValuePair.Create(EncoderPrefix + named.name, named.buffer)),
    ];

    /// <summary>Whether a name of <see cref="Trainable"/> is one of learned tokens.</summary>
    public static bool IsPrompt(string name) => name.StartsWith(EncoderPrefix, StringComparison.Ordinal)
        && LearnedPrompts.IsName(name[EncoderPrefix.Length..]);

    /// <summary><see cref="LearnedState"/> and the tower: all that inference needs.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> FullState
    {
        get
        {
            IReadOnlyDictionary<string, Tensor> tower = _encoder.KeptState;
            return
            [
                .. tower.Select(named => KeyValuePair.Create(EncoderPrefix + named.Key, named.Value)),
                .. LearnedState.ExceptBy(tower.Keys.Select(name => EncoderPrefix + name), named => named.Key),
            ];
        }
    }

    /// <param name="images">Normalised pixels, [batch, 3, size, size].</param>
    /// <returns>Image features in the teacher's space, normalised, float32, [batch, teacher embedding].</returns>
    public Tensor ImageFeatures(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return Project(TowerFeatures(images)).MoveToOuterDisposeScope();
    }

    /// <param name="images">Normalised pixels, [batch, 3, size, size].</param>
    /// <returns>What the tower gives with its tokens, not normalised, float32, [batch, student embedding].</returns>
    public Tensor TowerFeatures(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        LayerPrompts? prompts = _prompts.Layers.Tokens.Count == 0 ? null : _prompts.Layers;
        return _encoder.forward(images, prompts).MoveToOuterDisposeScope();
    }

    /// <param name="features">What the tower gave, not normalised, float32, [batch, student embedding].</param>
    /// <returns>In the teacher's space, normalised, float32, [batch, teacher embedding].</returns>
    public Tensor Project(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor projected = _projector?.forward(features) ?? features;
        return functional.normalize(projected, dim: -1).MoveToOuterDisposeScope();
    }

    /// <summary>Sets gradients behind a backward pass to 0 that are 0 but for rounding.</summary>
    public void ClearLostGradients() => _lost.ClearGradients();

    /// <summary>Normalises, in training, by the whole of a batch of which other processes have the rest.</summary>
    /// <param name="processes">All that have a part.</param>
    public void ShareBatches(IProcessGroup processes)
    {
        foreach (BatchNormLayer norm in _projector?.modules().OfType<BatchNormLayer>() ?? [])
        {
            norm.Processes = processes;
        }
    }

    /// <summary>Exchanges what the others do in a step forward and back, without a row of its own.</summary>
    public void SitOut()
    {
        using DisposeScope scope = NewDisposeScope();
        if (_projector is not null)
        {
            _projector.forward(zeros([0, Architecture.EmbeddingSize], device: _encoder.Placement.Device)).sum()
                .backward();
        }
    }

    /// <summary>Copies learned values in, from tensors under the reference's names.</summary>
    /// <param name="tensors">Projector weights may be linear [out, in] or 1×1 convolutions [out, in, 1, 1].</param>
    /// <param name="source">Where they come from, for error messages.</param>
    /// <exception cref="PromptKDException">One is missing or of another shape.</exception>
    public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source)
    {
        using IDisposable noGradients = no_grad();
        foreach ((string name, Tensor place) in LearnedState)
        {
            if (!tensors.TryGetValue(name, out Tensor? value))
            {
                throw new PromptKDException($"{source}: no tensor '{name}'. Is this a PromptKD student?");
            }

            if (value.numel() != place.numel() || value.shape.FirstOrDefault() != place.shape.FirstOrDefault())
            {
                throw new PromptKDException(
                    $"{source}: '{name}' is [{string.Join(", ", value.shape)}], expected "
                    + $"[{string.Join(", ", place.shape)}]. Do prompt length, depth and the teacher match?");
            }

            using DisposeScope scope = NewDisposeScope();
            place.copy_(value.view(place.shape));
        }
    }
}
