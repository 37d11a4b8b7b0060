using System.Text.Json;
using PromptKD.Features;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;

namespace PromptKD.Golden.Checks;

/// <summary>
/// Forward passes of what a checkpoints case holds (golden 11): every complete teacher, student and plain CLIP among
/// its files, read as the library reads them.
/// </summary>
internal sealed class CheckpointForward
{
    private const string TeacherClip = "clip_micro_teacher.safetensors";
    private const string StudentClip = "clip_micro_student.safetensors";
    private const string PlainExpected = "expected_openai_style.safetensors";

    // Weights cut to float16 (2^-11 of each value) leave features of length 1 this near to those of float32.
    private const double HalfTolerance = 2e-3;

    private static readonly ComputeTarget s_target = new(CPU, ScalarType.Float32);

    private readonly GoldenCase _golden;
    private readonly double _logitTolerance;
    private readonly double _featureTolerance;

    private CheckpointForward(GoldenCase golden)
    {
        _golden = golden;
        JsonElement forward = golden.Json.GetProperty("tolerance").GetProperty("forward");
        _logitTolerance = forward.GetProperty("atol").GetDouble();
        _featureTolerance = forward.GetProperty("features_atol").GetDouble();
    }

    /// <summary>Compares whatever forward results the case lists.</summary>
    public static IEnumerable<Comparison> Run(GoldenCase golden)
    {
        var check = new CheckpointForward(golden);
        bool prompted = File.Exists(golden.PathOf("expected.safetensors"));
        bool plain = File.Exists(golden.PathOf(PlainExpected));
        return (prompted ? check.ComparePrompted() : []).Concat(plain ? check.ComparePlain() : []);
    }

    private IEnumerable<Comparison> ComparePrompted()
    {
        Dictionary<string, Tensor> expected = _golden.ReadTensors("expected.safetensors");
        Tensor images = _golden.ReadTensors("inputs.safetensors")["images"];
        var compared = new HashSet<string>();
        foreach (string file in SameLearning("prompt_learner.ctx"))
        {
            Dictionary<string, Tensor> actual = RunTeacher(file, images);
            foreach (Comparison comparison in Compare(file, actual, expected, compared))
            {
                yield return comparison;
            }
        }

        foreach (string file in SameLearning(Student.ProjectorPrefix))
        {
            Dictionary<string, Tensor> actual = RunStudent(file, images);
            foreach (Comparison comparison in Compare(file, actual, expected, compared))
            {
                yield return comparison;
            }
        }

        foreach (string name in expected.Keys.Where(name => !compared.Contains(name)))
        {
            yield return Comparison.Same(name, "not computed", "computed");
        }
    }

    private Dictionary<string, Tensor> RunTeacher(string file, Tensor images)
    {
        using FrozenClip teacher = OpenTeacher(file);
        using LiveFeatures tower = teacher.ReadImageTower(_golden.HalfPrompts);
        ClassVectors classes = Encode(teacher, "classes");
        ClassVectors baseClasses = Encode(teacher, "teacher_trained_on");
        Tensor features = tower.Of(images);
        return new Dictionary<string, Tensor>
        {
            ["teacher.image_features"] = features,
            ["teacher.text_features"] = classes.Vectors,
            ["teacher.logits"] = classes.Compare(features, classes.LogitScale),
            ["teacher_as_promptsrc.logits_base"] = baseClasses.Compare(features, baseClasses.LogitScale),
        };
    }

    // Students are compared with the text features of the teacher that taught them: the first complete one.
    private Dictionary<string, Tensor> RunStudent(string file, Tensor images)
    {
        using FrozenClip teacher = OpenTeacher(SameLearning("prompt_learner.ctx")[0]);
        using ClipCheckpoint clip = GoldenClip.Open(_golden, StudentClip);
        using PromptedWeights learned = PromptCheckpoint.ReadStudent(_golden.PathOf(file));
        using PublishedStudent published = PublishedStudent.Build(clip, learned, s_target, _golden.HalfPrompts);
        using IDisposable noGradients = no_grad();
        published.Student.eval();
        ClassVectors classes = Encode(teacher, "classes");
        Tensor features = published.Student.ImageFeatures(images);
        Tensor logits = classes.Compare(features, published.LogitScale);
        int baseClasses = _golden.Json.GetProperty("n_base").GetInt32();
        return new Dictionary<string, Tensor>
        {
            ["student.image_features"] = features,
            ["student.logits_all"] = logits,
            ["student.logits_val"] = logits.narrow(1, 0, baseClasses),
            ["student.logits_test"] = logits.narrow(1, baseClasses, logits.shape[1] - baseClasses),
        };
    }

    private IEnumerable<Comparison> ComparePlain()
    {
        Dictionary<string, Tensor> expected = _golden.ReadTensors(PlainExpected);
        var compared = new HashSet<string>(["in.images", "in.tokens"]);
        foreach (JsonProperty file in Files().Where(file => Holds(file, "visual.conv1.weight")))
        {
            using ClipCheckpoint clip = ClipCheckpoint.Open(_golden.PathOf(file.Name));
            Dictionary<string, Tensor> ours = PlainFeatures.Compute(clip, expected["in.images"], expected["in.tokens"]);
            foreach (Comparison comparison in Compare(file.Name, ours, expected, compared))
            {
                yield return comparison;
            }
        }

        foreach (string name in expected.Keys.Where(name => !compared.Contains(name)))
        {
            yield return Comparison.Same(name, "not computed", "computed");
        }
    }

    private IEnumerable<Comparison> Compare(
        string file,
        Dictionary<string, Tensor> actual,
        Dictionary<string, Tensor> expected,
        HashSet<string> compared)
    {
        bool isHalf = LearnedOf(file).Values.Any(tensor => tensor.GetProperty("dtype").GetString() == "F16");
        foreach ((string name, Tensor value) in actual.Where(named => expected.ContainsKey(named.Key)))
        {
            compared.Add(name);
            bool isFeature = name.EndsWith("_features", StringComparison.Ordinal);
            double tolerance = isFeature ? _featureTolerance : _logitTolerance;
            double halfTolerance = HalfTolerance * tolerance / _featureTolerance;
            yield return Comparison.Of(
                $"{file}: {name}", value, expected[name], isHalf ? Math.Max(tolerance, halfTolerance) : tolerance);
        }
    }

    /// <summary>
    /// The files with learned tensors of some kind: the largest one, and those whose learned tensors are the same
    /// (or float16 copies), so that the same results can be asked of them.
    /// </summary>
    private string[] SameLearning(string namePrefix)
    {
        string[] files =
        [
            .. Files().Where(file => Holds(file, namePrefix))
                .OrderByDescending(file => file.Value.GetProperty("state_dict").EnumerateObject().Count())
                .Select(file => file.Name),
        ];
        return [.. files.Where(file => IsCopy(LearnedOf(file), LearnedOf(files[0])))];
    }

    private static bool IsCopy(Dictionary<string, JsonElement> copy, Dictionary<string, JsonElement> original) =>
        copy.Keys.ToHashSet().SetEquals(original.Keys)
        && copy.All(tensor => tensor.Value.GetProperty("dtype").GetString() == "F16"
            || tensor.Value.GetProperty("sha256").GetString()
                == original[tensor.Key].GetProperty("sha256").GetString());

    private Dictionary<string, JsonElement> LearnedOf(string file) =>
        _golden.Json.GetProperty("files").GetProperty(file).GetProperty("state_dict").EnumerateObject()
            .Where(tensor => tensor.Name == "prompt_learner.ctx"
                || tensor.Name.Contains("VPT", StringComparison.Ordinal))
            .ToDictionary(tensor => tensor.Name, tensor => tensor.Value);

    private JsonProperty[] Files() => [.. _golden.Json.GetProperty("files").EnumerateObject()];

    private static bool Holds(JsonProperty file, string namePrefix) => file.Value.GetProperty("state_dict")
        .EnumerateObject().Any(tensor => tensor.Name.StartsWith(namePrefix, StringComparison.Ordinal));

    private FrozenClip OpenTeacher(string file) => new(
        GoldenClip.Open(_golden, TeacherClip), PromptCheckpoint.ReadTeacher(_golden.PathOf(file)), s_target);

    private ClassVectors Encode(FrozenClip teacher, string classList) => teacher.ReadClassVectors(
        GoldenStudent.Tokenizer(),
        _golden.ReadNames(classList),
        templates: [],
        _golden.Json.GetProperty("ctx_init").GetString()!,
        _golden.HalfPrompts);
}
