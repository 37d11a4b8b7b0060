using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Data.Loading;
using PromptKD.Golden;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Tests.Methods;

/// <summary>The labelled methods on a tiny CLIP. In its vocabulary each letter is a token (but for "qu").</summary>
internal sealed class TinyMethods : IDisposable
{
    /// <summary>Names of 1, 2, 4 and 6 tokens; the blank of the last is none.</summary>
    public static readonly string[] ClassNames = ["a", "be", "cart", "d_lamps"];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public TinyMethods()
    {
        string merges = Path.Combine(_folder, "merges.txt");
        File.WriteAllText(merges, "#version: 0.2\nq u\n");
        Tokenizer = ClipTokenizer.Load(merges);
        string weights = Path.Combine(_folder, "clip.safetensors");
        using DisposeScope scope = NewDisposeScope();
        SafetensorsFile.Write(weights, [.. TinyClip.Weights(architecture: TinyClip.Architecture with
        {
            ContextLength = 77,
            VocabularySize = Tokenizer.VocabularySize,
        })]);
        WeightFile = weights;
    }

    /// <summary>Each method, CoOp in several forms, by the overrides that ask for it.</summary>
    public static TheoryData<string> All =>
    [
        "TRAINER.NAME CoOp TRAINER.COOP.N_CTX 3",
        "TRAINER.NAME CoOp TRAINER.COOP.N_CTX 3 TRAINER.COOP.CSC True TRAINER.COOP.CLASS_TOKEN_POSITION middle",
        "TRAINER.NAME CoOp TRAINER.COOP.N_CTX 2 TRAINER.COOP.CLASS_TOKEN_POSITION front",
        "TRAINER.NAME CoCoOp TRAINER.COCOOP.N_CTX 2",
        "TRAINER.NAME MaPLe TRAINER.MAPLE.PROMPT_DEPTH 2",
        "TRAINER.NAME IVLP TRAINER.IVLP.PROMPT_DEPTH_TEXT 2 TRAINER.IVLP.PROMPT_DEPTH_VISION 3",
        "TRAINER.NAME IVLP TRAINER.IVLP.N_CTX_VISION 0 TRAINER.IVLP.CTX_INIT ab",
        PromptSRC,
        PromptSRC + " TRAINER.PROMPTSRC.REFERENCE_GPA True",
    ];

    /// <summary>PromptSRC with a Gaussian whose middle is the first of two epochs.</summary>
    public const string PromptSRC = "TRAINER.NAME PromptSRC TRAINER.PROMPTSRC.PROMPT_DEPTH_VISION 2 "
        + "TRAINER.PROMPTSRC.PROMPT_DEPTH_TEXT 2 TRAINER.PROMPTSRC.GPA_MEAN 1";

    public ClipTokenizer Tokenizer { get; }

    /// <summary>The tiny CLIP.</summary>
    public string WeightFile { get; }

    /// <summary>A path for a test's own file.</summary>
    public string NewFile => Path.Combine(_folder, Path.GetRandomFileName() + ".pth.tar");

    /// <summary>Builds a method in float32.</summary>
    /// <param name="overrides">KEY VALUE KEY VALUE ….</param>
    /// <param name="seed">Draws the prompts.</param>
    /// <param name="warn">Is told of oddities.</param>
    public ITrainedMethod Build(string overrides, int seed = 1, Action<string>? warn = null) =>
        (ITrainedMethod)BuildClassifier(overrides, seed, warn);

    /// <summary>As <see cref="Build"/>, also what only classifies.</summary>
    public IClassifier BuildClassifier(string overrides, int seed = 1, Action<string>? warn = null)
    {
        ExperimentConfig config = new ExperimentConfig().MergeOverrides(
            [.. overrides.Split(' '), "SEED", $"{seed}"]);
        using ClipCheckpoint clip = ClipCheckpoint.Open(WeightFile);
        return GoldenMethod.Build(
            config, clip, Tokenizer, ClassNames, new ComputeTarget(CPU, ScalarType.Float32), warn);
    }

    /// <summary>What Dassl's programs save of a method.</summary>
    /// <param name="method">The method.</param>
    /// <param name="overrides">As it was built by; begins with TRAINER.NAME.</param>
    public static IReadOnlyList<KeyValuePair<string, Tensor>> Saved(ITrainedMethod method, string overrides) =>
        DasslModel.Of(overrides.Split(' ')[1]).StateOf(method, method.Deployed);

    /// <summary>Four random pictures, one of each class; each number gives others.</summary>
    public static Batch MakeBatch(int number = 0, int epoch = 0) => new(
        TinyClip.Images(4, (ulong)((10 * epoch) + number + 40)), tensor(new long[] { 0, 1, 2, 3 }), [0, 1, 2, 3])
    {
        Number = number,
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
