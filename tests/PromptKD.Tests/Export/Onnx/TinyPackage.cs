using PromptKD.Data.Decoding;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;

namespace PromptKD.Tests.Export.Onnx;

/// <summary>
/// Student packages of every kind, small and with random weights, whose answers differ from picture to picture.
/// </summary>
internal sealed record TinyPackage
{
    /// <summary>The tower, where it is CLIP's own.</summary>
    public ClipArchitecture Architecture { get; init; } = TinyClip.Architecture;

    /// <summary>The folder of a model whose tower it is; null for <see cref="Architecture"/>.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// Tokens a layer, layers with tokens, layers of the projector (0: none, the vectors are of its own space).
    /// </summary>
    public (int Length, int Depth, int Projector) Shape { get; init; } = (2, 2, 2);

    public bool RoundsPrompts { get; init; }

    public double? Temperature { get; init; }

    /// <summary>How pictures are prepared; null for the default at the tower's size, upright.</summary>
    public Preprocessing? Preprocessing { get; init; }

    private int Embedding => Shape.Projector == 0 ? Architecture.EmbeddingSize : 6;

    /// <summary>What the package says.</summary>
    public StudentManifest Manifest => new()
    {
        Architecture = Architecture,
        PromptLength = Shape.Length,
        PromptDepth = Shape.Depth,
        ProjectorLayers = Shape.Projector,
        TeacherEmbedding = Embedding,
        RoundPromptsToHalf = RoundsPrompts,
        LogitScale = 10,
        ClassNames = ["red star", "blue moon", "green sun"],
        Templates = ["a photo of a {}."],
        Preprocessing = Preprocessing ?? new Preprocessing { Size = Architecture.ImageSize, Upright = true },
        Precision = "fp32",
        Inputs = new Dictionary<string, string> { ["student"] = "abc" },
        Training = new StudentTraining(10, 0, 1, 8, 0.005, 1000, 1, 1, 0.5),
        Calibration = Temperature is { } one ? new Calibration(one, Calibration.Labels, 10, 0.1, 0.05) : null,
    };

    /// <summary>Writes the package into a new folder.</summary>
    public string Write(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        if (Model is not null)
        {
            using var clip = ClipCheckpoint.Open(Model);
            (this with { Architecture = clip.Architecture, Model = null }).Write(folder, clip.Tensors);
            return folder;
        }

        Write(
            folder, Architecture.Stages is null ? TinyClip.Weights(1, Architecture) : TinyResNet.Weights(Architecture));
        return folder;
    }

    private void Write(string folder, IReadOnlyDictionary<string, Tensor> weights)
    {
        using DistilledStudent student = Build(weights);
        WholeFolder.Create(folder, inside => StudentPackage.Write(inside, student, Manifest));
    }

    private DistilledStudent Build(IReadOnlyDictionary<string, Tensor> weights)
    {
        var encoder = ImageEncoder.Create(Architecture, ScalarType.Float32, CPU);
        ModuleWeights.Fill(encoder, weights, "visual.", "the tiny CLIP");
        var shape = new StudentShape(Shape.Length, Shape.Depth, Embedding, RoundsPrompts)
        {
            ProjectorLayers = Shape.Projector,
        };
        var student = new Student(encoder, shape);
        using IDisposable noGradients = no_grad();
        ulong seed = 20;
        foreach ((string name, Tensor values) in student.LearnedState.Where(one => one.Value.is_floating_point()))
        {
            // Variances are positive, and nothing stands where it began.
            bool isVariance = name.EndsWith("running_var", StringComparison.Ordinal);
            values.copy_(TinyClip.Random(seed++, values.shape).TimesInPlace(0.3).abs_().Minus(isVariance ? -0.5 : 0));
        }

        Tensor vectors = nn.functional.normalize(TinyClip.Random(90, 3, Embedding), dim: -1);
        return new DistilledStudent(student, new ClassVectors(Manifest.ClassNames, vectors, 10), 10);
    }
}
