using PromptKD.Golden;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Tests;

/// <summary>A CLIP small enough to run in a test: random weights, every one of them different from zero.</summary>
internal static class TinyClip
{
    /// <summary>3 image and 2 text layers, 4 patches of 8 pixels, texts of 12 tokens.</summary>
    public static ClipArchitecture Architecture { get; } = new()
    {
        ImageSize = 16,
        PatchSize = 8,
        VisionWidth = 128,
        VisionLayers = 3,
        VisionHeads = 2,
        EmbeddingSize = 24,
        TextWidth = 64,
        TextLayers = 2,
        TextHeads = 1,
        ContextLength = 12,
        VocabularySize = 40,
    };

    /// <summary>The demo's vocabulary, for CLIPs that are to read true class names.</summary>
    public static string Vocabulary { get; } = Path.Combine(ProjectFolder.Root, "demo", "teacher", "merges.txt");

    /// <summary>Writes a CLIP that reads any class name, in the tokens of <see cref="Vocabulary"/>.</summary>
    public static void Write(string path, ClipArchitecture architecture, ulong seed)
    {
        using DisposeScope scope = NewDisposeScope();
        int tokens = ClipTokenizer.Load(Vocabulary).VocabularySize;
        SafetensorsFile.Write(
            path, [.. Weights(seed, architecture with { ContextLength = 77, VocabularySize = tokens })]);
    }

    /// <summary>Random numbers that do not depend on what other tests draw.</summary>
    public static Tensor Random(ulong seed, params long[] shape)
    {
        using var generator = new Generator(seed, CPU);
        return randn(shape, generator: generator);
    }

    /// <summary>All parameters under OpenAI's names, float32. Those of the norms lie around 1.</summary>
    public static Dictionary<string, Tensor> Weights(ulong seed = 1, ClipArchitecture? architecture = null)
    {
        const double Deviation = 0.1;
        var weights = new Dictionary<string, Tensor>();
        foreach ((string name, long[] shape) in ClipParameters.ShapesOf(architecture ?? Architecture))
        {
            bool isNormWeight = name.Contains("ln_", StringComparison.Ordinal)
                && name.EndsWith(".weight", StringComparison.Ordinal);
            Tensor drawn = Random(seed++, shape).TimesInPlace(Deviation);
            weights[name] = isNormWeight ? drawn.Minus(-1) : drawn;
        }

        return weights;
    }

    /// <summary>The image tower, frozen.</summary>
    public static ImageEncoder ImageEncoder(ScalarType type = ScalarType.Float32)
    {
        var encoder = PromptKD.Models.Clip.ImageEncoder.Create(Architecture, type, CPU);
        ModuleWeights.Fill(encoder, Weights(), "visual.", "the tiny CLIP");
        return encoder;
    }

    /// <summary>The text tower, frozen.</summary>
    public static TextEncoder TextEncoder()
    {
        var encoder = new TextEncoder(Architecture, ScalarType.Float32, CPU);
        ModuleWeights.Fill(encoder, Weights(), "", "the tiny CLIP");
        return encoder;
    }

    /// <summary>Prompts of two tokens for each of some layers, with gradients.</summary>
    public static LayerPrompts Prompts(int depth, int width, bool roundToHalf = false) => new(
        [.. Enumerable.Range(0, depth).Select(layer => Random((ulong)(100 + layer), 2, width).requires_grad_())],
        roundToHalf);

    /// <summary>Normalised pixels, [count, 3, 16, 16].</summary>
    public static Tensor Images(int count, ulong seed = 7) =>
        Random(seed, count, 3, Architecture.ImageSize, Architecture.ImageSize);

    /// <summary>A student with prompts in two layers, whose teacher has a space of 6 dimensions.</summary>
    public static Student Student(ulong seed = 20, ScalarType type = ScalarType.Float32, bool roundToHalf = false)
    {
        var student = new Student(ImageEncoder(type), new StudentShape(2, 2, TeacherEmbedding: 6, roundToHalf));
        using IDisposable noGradients = no_grad();
        foreach ((string _, TorchSharp.Modules.Parameter parameter) in student.Trainable)
        {
            parameter.copy_(Random(seed++, parameter.shape).TimesInPlace(0.3));
        }

        return student;
    }
}
