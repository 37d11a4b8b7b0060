using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Tests.Methods;
using PromptKD.Text;

namespace PromptKD.Tests.Teachers;

/// <summary>
/// What any method of the family learned, as a teacher: its checkpoint gives the scores that the method gives. The
/// original programs' own numbers are in golden 07.
/// </summary>
public sealed class LearnedTeacherTests : IDisposable
{
    private readonly TinyMethods _methods = new();

    public void Dispose() => _methods.Dispose();

    [Theory]
    [MemberData(nameof(TinyMethods.All), MemberType = typeof(TinyMethods))]
    public void Says_what_the_method_says(string overrides)
    {
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod method = _methods.Build(overrides, seed: 3);
        string path = Save(method, overrides);

        using PromptedWeights learned = PromptCheckpoint.ReadTeacher(path);
        Assert.Equal(SpelledInNames(overrides.Split(' ')[1]), learned.Method);
        method.SetTraining(false);
        Tensor images = TinyClip.Images(4);
        using Teacher teacher = Open(path, overrides);
        using var batch = new Batch(images.clone(), tensor(Array.Empty<long>()), []);
        TensorAssert.Near(method.Classify(images), teacher.Classify(batch), 1e-4);
        TensorAssert.Near(ones(4), teacher.ClassVectors.Vectors.norm(1), 1e-5);
    }

    [Fact]
    public void A_picture_moves_the_texts_of_cocoop_and_of_no_other()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (string overrides in new[] { "TRAINER.NAME CoCoOp TRAINER.COCOOP.N_CTX 2", "TRAINER.NAME CoOp TRAINER.COOP.N_CTX 2" })
        {
            using ITrainedMethod method = _methods.Build(overrides);
            using Teacher teacher = Open(Save(method, overrides, Awaken), overrides);
            using var batch = new Batch(TinyClip.Images(4), tensor(Array.Empty<long>()), []);
            Tensor features = teacher.Classify(batch);
            Tensor seen = Tower(overrides, method).Of(batch.Images);
            Tensor fixedTexts = teacher.ClassVectors.Compare(seen, teacher.ClassVectors.LogitScale);
            bool differs = (features - fixedTexts).abs().max().item<float>() > 1e-4;
            Assert.Equal(overrides.Contains("CoCoOp", StringComparison.Ordinal), differs);
        }
    }

    [Theory]
    [InlineData("TRAINER.NAME CoOp TRAINER.COOP.N_CTX 3", "ctx", "no checkpoint")]
    [InlineData(
        "TRAINER.NAME CoCoOp TRAINER.COCOOP.N_CTX 2", "meta_net.linear2.bias", "no tensor 'meta_net.linear2.bias'")]
    [InlineData(
        "TRAINER.NAME MaPLe TRAINER.MAPLE.PROMPT_DEPTH 3", "prompt_learner.compound_prompts_text.0", "compound_prompt")]
    [InlineData("TRAINER.NAME MaPLe TRAINER.MAPLE.PROMPT_DEPTH 3", "prompt_learner.proj.bias", "no tensor 'proj.bias'")]
    public void Names_what_is_missing(string overrides, string name, string said)
    {
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod method = _methods.Build(overrides);
        string path = Save(method, overrides, tensors => tensors.Remove(name));

        var fault = Assert.Throws<PromptKDException>(() => PromptCheckpoint.ReadTeacher(path));

        Assert.StartsWith(path, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
        Assert.True(said == "no checkpoint" || fault.Message.Contains(said, StringComparison.Ordinal), fault.Message);
    }

    [Fact]
    public void Refuses_what_has_no_place_other_classes_and_another_clip()
    {
        using DisposeScope scope = NewDisposeScope();
        const string OfEachClass = "TRAINER.NAME CoOp TRAINER.COOP.N_CTX 3 TRAINER.COOP.CSC True";
        using ITrainedMethod method = _methods.Build(OfEachClass);
        string stranger = Save(method, OfEachClass, tensors => tensors["bias_vectors"] = zeros(3));
        Assert.Contains(
            "'bias_vectors'", Assert.Throws<PromptKDException>(() => PromptCheckpoint.ReadTeacher(stranger)).Message);

        string path = Save(method, OfEachClass);
        var classes = Assert.Throws<PromptKDException>(() => Open(path, OfEachClass, [.. TinyMethods.ClassNames, "e"]));
        Assert.Contains("4 classes has learned words of its own", classes.Message);

        string narrow = Save(method, OfEachClass, tensors => tensors["ctx"] = zeros(4, 3, 7));
        Assert.Contains(
            "Was it trained on another CLIP?",
            Assert.Throws<PromptKDException>(() => Open(narrow, OfEachClass)).Message);
    }

    // A checkpoint says its method by names of tensors alone: one without names of its own is read as IVLP's.
    private static string SpelledInNames(string method) =>
        method is "CoOp" or "CoCoOp" or "MaPLe" or "PromptSRC" ? method : "IVLP";

    // A network of one unit may be drawn such that ReLU lets nothing through.
    private static void Awaken(Dictionary<string, Tensor> tensors)
    {
        foreach (string name in tensors.Keys.Where(
            name => name.StartsWith("meta_net.", StringComparison.Ordinal)).ToArray())
        {
            tensors[name] = name.EndsWith("linear1.bias", StringComparison.Ordinal)
                ? tensors[name].abs() + 1
                : TinyClip.Random(7, tensors[name].shape).TimesInPlace(0.3);
        }
    }

    private string Save(ITrainedMethod method, string overrides, Action<Dictionary<string, Tensor>>? change = null)
    {
        var tensors = TinyMethods.Saved(method, overrides).ToDictionary(one => one.Key, one => one.Value.contiguous());
        change?.Invoke(tensors);
        string path = _methods.NewFile;
        SafetensorsFile.Write(path, [.. tensors]);
        return path;
    }

    private LiveFeatures Tower(string overrides, ITrainedMethod method)
    {
        using FrozenClip clip = Clip(Save(method, overrides), overrides);
        return clip.ReadImageTower(roundToHalf: false);
    }

    private FrozenClip Clip(string path, string overrides)
    {
        ExperimentConfig config = new ExperimentConfig().MergeOverrides(overrides.Split(' '));
        return new FrozenClip(
            ClipCheckpoint.Open(_methods.WeightFile),
            PromptCheckpoint.ReadTeacher(path),
            new ComputeTarget(CPU, ScalarType.Float32))
        {
            Position = CoOpTeachers.PositionOf(config.Trainer.CoOp),
        };
    }

    private Teacher Open(string path, string overrides, string[]? names = null)
    {
        TrainerConfig trainer = new ExperimentConfig().MergeOverrides(overrides.Split(' ')).Trainer;
        ContextText context = MethodCatalog.Find(trainer.Name).Words(trainer);
        string words = context.StartsFromWords ? context.Prefix : "";
        using FrozenClip clip = Clip(path, overrides);
        names ??= TinyMethods.ClassNames;
        ClassVectors vectors = clip.ReadClassVectors(_methods.Tokenizer, names, [], words, roundToHalf: false);
        LiveFeatures tower = clip.ReadImageTower(roundToHalf: false);
        return new Teacher(
            vectors, tower, tower, clip.IsConditioned ? clip.ReadSentences(_methods.Tokenizer, names, words) : null);
    }
}
