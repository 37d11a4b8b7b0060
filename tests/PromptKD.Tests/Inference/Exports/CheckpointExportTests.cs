using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Export;
using PromptKD.Inference.Exports;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Text;

namespace PromptKD.Tests.Inference.Exports;

/// <summary>Packages of the checkpoints of each method.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class CheckpointExportTests : IDisposable
{
    private static readonly ComputeTarget s_target = new(CPU, ScalarType.Float32);
    private static readonly string[] s_names = ["red star", "blue_moon", "green sun"];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Output => Path.Combine(_folder, "package");

    [Theory]
    [InlineData("CoOp", "end")]
    [InlineData("CoOp", "middle")]
    [InlineData("CoOp", "front")]
    [InlineData("CoOp", "end", "TRAINER.COOP.CSC", "True")]
    [InlineData("CoOp", null, "TRAINER.COOP.CTX_INIT", "a photo of a")]
    [InlineData("MaPLe", null)]
    [InlineData("MaPLe", null, "TRAINER.MAPLE.PROMPT_DEPTH", "1")]
    [InlineData("IVLP", null, "TRAINER.IVLP.N_CTX_TEXT", "2", "TRAINER.IVLP.PROMPT_DEPTH_TEXT", "1")]
    [InlineData("IVLP", null, "TRAINER.IVLP.N_CTX_VISION", "0")]
    [InlineData("PromptSRC", null, "TRAINER.PROMPTSRC.PROMPT_DEPTH_VISION", "2")]
    public void Answers_as_the_method_does(string trainer, string? position, params string[] settings)
    {
        using DisposeScope scope = NewDisposeScope();
        TinyClip.Write(Clip, TinyClip.Architecture, seed: 1000);
        using ITrainedMethod method = Learned(trainer, position, TinyClip.Architecture, settings);
        ExportRequest request = Request(trainer, method) with
        {
            ClassPosition = position,
            Context = settings.Contains("TRAINER.COOP.CTX_INIT") ? "a photo of a" : null,
        };

        StudentManifest manifest = Write(request);

        Tensor images = TinyClip.Images(3);
        TensorAssert.Near(method.Classify(images), Classify(images), 1e-5);
        Assert.Equal(s_names, manifest.ClassNames);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(2, "TRAINER.PROMPTKD.TUNE_TOWER", "True")]
    [InlineData(2, "TRAINER.PROMPTKD.N_CTX_VISION", "0")]
    [InlineData(2, "TRAINER.PROMPTKD.TEMPLATES", "['a drawing of a {}.', 'some {}.']")]
    public void A_student_of_any_shape_answers_as_it_did(int layers, params string[] settings)
    {
        using DisposeScope scope = NewDisposeScope();
        TinyClip.Write(Clip, TinyClip.Architecture, seed: 1000);
        using ITrainedMethod method = Learned(
            "PromptKD", null, TinyClip.Architecture, ["TRAINER.PROMPTKD.PROJECT_LAYER", $"{layers}", .. settings]);
        bool hasTemplates = settings.Contains("TRAINER.PROMPTKD.TEMPLATES");

        StudentManifest manifest = Write(Request("PromptKD", method) with
        {
            Teacher = Clip,
            Templates = hasTemplates ? ["a drawing of a {}.", "some {}."] : [],
        });

        Tensor images = TinyClip.Images(3);
        TensorAssert.Near(method.Classify(images), Classify(images), 1e-4);
        Assert.Equal(layers, manifest.ProjectorLayers);
        Assert.Equal(hasTemplates ? ["a drawing of a {}.", "some {}."] : ["a photo of a {}."], manifest.Templates);
    }

    [Fact]
    public void Texts_are_encoded_in_the_precision_and_on_the_device_that_are_asked_for()
    {
        using DisposeScope scope = NewDisposeScope();
        TinyClip.Write(Clip, TinyClip.Architecture, seed: 1000);
        using ITrainedMethod method = Learned("IVLP", null, TinyClip.Architecture, []);
        ExportRequest request = Request("IVLP", method);

        var error = Assert.Throws<PromptKDException>(
            () => Write(request with { Device = ComputeDevice.Cuda, DeviceIndex = 77 }));
        StudentManifest manifest = Write(request with { Precision = ComputePrecision.Bf16 });

        Assert.Contains("'cuda:77' is not there", error.Message, StringComparison.Ordinal);
        Assert.Equal("bf16", manifest.Precision);
        Tensor vectors = SafetensorsFile.Read(Path.Combine(Output, "class_vectors.safetensors"))["class_vectors"];
        Tensor exact = method.Deploy(s_names)!.ClassVectors.Vectors;
        Assert.InRange((vectors - exact).abs().max().item<float>(), 1e-5, 5e-2);
    }

    [Fact]
    public void A_context_on_a_residual_network_is_a_classifier_too()
    {
        using DisposeScope scope = NewDisposeScope();
        int tokens = ClipTokenizer.Load(TinyClip.Vocabulary).VocabularySize;
        ClipArchitecture sizes = TinyResNet.Architecture with { ContextLength = 77, VocabularySize = tokens };
        SafetensorsFile.Write(Clip, [.. TinyResNet.Weights(sizes)]);
        using ITrainedMethod method = Learned("CoOp", "end", sizes, []);

        Write(Request("CoOp", method));

        Tensor images = TinyResNet.Images(2);
        TensorAssert.Near(method.Classify(images), Classify(images), 1e-5);
    }

    [Fact]
    public void The_frozen_weights_of_a_checkpoint_take_the_place_of_the_clips()
    {
        using DisposeScope scope = NewDisposeScope();
        TinyClip.Write(Clip, TinyClip.Architecture, seed: 1000);
        using ITrainedMethod method = Learned("IVLP", null, TinyClip.Architecture, []);
        ExportRequest request = Request("IVLP", method);

        // The CLIP that is named is another one than the checkpoint's, of the same vocabulary.
        Dictionary<string, Tensor> other = SafetensorsFile.Read(Clip);
        other["visual.proj"] = other["visual.proj"] * 2 + 1;
        other["logit_scale"] = tensor(0.5f);
        SafetensorsFile.Write(Clip, [.. other]);
        Write(request);

        Tensor images = TinyClip.Images(3);
        TensorAssert.Near(method.Classify(images), Classify(images), 1e-5);
    }

    private string Clip => Path.Combine(_folder, "clip.safetensors");

    // A method whose learned values are random, so that none is where it started from.
    private ITrainedMethod Learned(string trainer, string? position, ClipArchitecture sizes, string[] settings)
    {
        string section = $"TRAINER.{trainer.ToUpperInvariant()}";
        ExperimentConfig config = new ExperimentConfig().MergeOverrides(
        [
            "TRAINER.NAME", trainer,
            .. trainer == "CoOp" ? [$"{section}.N_CTX", "4", $"{section}.CLASS_TOKEN_POSITION", position ?? "end"] : (string[])[],
            .. settings,
        ]);
        using ClipCheckpoint clip = ClipCheckpoint.Open(Clip);
        Assert.Equal(sizes.VisionWidth, clip.Architecture.VisionWidth);
        var method = (ITrainedMethod)MethodCatalog.Find(trainer).Build(new MethodInputs
        {
            Config = config,
            Clip = clip,
            ClassNames = s_names,
            Target = s_target,
            Tokenizer = new Lazy<ITextTokenizer>(() => TextTokenizers.Load(TinyClip.Vocabulary)),
            Teacher = trainer == "PromptKD" ? Teacher(config) : null,
        });
        ulong seed = 500;
        method.LoadLearned(
            method.Deployed.ToDictionary(named => named.Key, named => Draw(named.Key, seed++, named.Value.shape)),
            "random");
        method.SetTraining(false);
        return method;
    }

    // A variance is positive.
    private static Tensor Draw(string name, ulong seed, long[] shape) =>
        name.EndsWith("running_var", StringComparison.Ordinal)
            ? TinyClip.Random(seed, shape).TimesInPlace(0.3).abs().Minus(-0.1)
            : TinyClip.Random(seed, shape).TimesInPlace(0.3);

    private Teacher Teacher(ExperimentConfig config)
    {
        ExperimentConfig whole = config with
        {
            Distill = config.Distill with { Teacher = Clip, Vocab = TinyClip.Vocabulary, Classes = [.. s_names] },
        };
        var context = new RunContext(
            s_target, new Interrupter(null), DigestMemory.None, TestContext.Current.CancellationToken);
        using TeacherSource source = TeacherSource.Open(whole, context);
        return source.BuildClasses();
    }

    private ExportRequest Request(string trainer, ITrainedMethod method)
    {
        string checkpoint = Path.Combine(_folder, "learned.safetensors");
        SafetensorsFile.Write(
            checkpoint, [.. DasslModel.Of(trainer).StateOf(method, method.Deployed).DistinctBy(named => named.Key)]);
        return new ExportRequest
        {
            Checkpoint = checkpoint,
            Student = Clip,
            ClassNames = s_names,
            Output = Output,
            Vocabulary = TinyClip.Vocabulary,
        };
    }

    private static StudentManifest Write(ExportRequest request) =>
        CheckpointExport.Write(request, observer: null, TestContext.Current.CancellationToken);

    private Tensor Classify(Tensor images)
    {
        using DistilledStudent student = StudentPackage.Read(Output, StudentPackage.ReadManifest(Output), s_target);
        return student.Classify(images);
    }
}
