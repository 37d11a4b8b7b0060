using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Golden.Checks;

/// <summary>
/// The parameters of golden 07, laid out as the original program saves them and read as a teacher to distil from: it
/// must give the logits that the method itself gives, before the first step and after the last.
/// </summary>
internal static class LearnedTeacher
{
    private const string Learner = "prompt_learner.";

    private static readonly ComputeTarget s_target = new(CPU, ScalarType.Float32);

    /// <param name="golden">Of any method of the family.</param>
    /// <param name="config">Its settings.</param>
    /// <param name="words">CTX_INIT.</param>
    /// <param name="learnerAlone">Whether the module of the prompts is saved alone, without a prefix.</param>
    public static IEnumerable<Comparison> Compare(
        GoldenCase golden, ExperimentConfig config, string words, bool learnerAlone)
    {
        Dictionary<string, Tensor> inputs = golden.ReadTensors("inputs.safetensors");
        Dictionary<string, Tensor> expected = golden.ReadTensors("expected.safetensors");
        string last = GoldenTraining.Step((int)expected["losses"].shape[0]) + "param.";
        foreach ((string when, string prefix, Dictionary<string, Tensor> from) in new[]
        {
            ("initial.eval_logits", "init.", inputs), ("final.eval_logits", last, expected),
        })
        {
            var learned = from.Where(named => named.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(
                named => NameOf(named.Key[prefix.Length..], learnerAlone), named => named.Value.contiguous());
            learned[NameOf(Learner + "token_prefix", learnerAlone)] = zeros(2, 1, 3);
            double allowed = golden.Json.GetProperty("tolerance").GetProperty(when).GetProperty("atol").GetDouble();
            Tensor logits = Ask(golden, config, words, learned, inputs["images"]);
            yield return Comparison.Of($"{when} (of its teacher)", logits, expected[when], allowed);
        }
    }

    private static Tensor Ask(
        GoldenCase golden, ExperimentConfig config, string words, Dictionary<string, Tensor> learned, Tensor images)
    {
        string path = Path.GetTempFileName();
        try
        {
            SafetensorsFile.Write(path, [.. learned]);
            using var clip = new FrozenClip(
                GoldenClip.Open(golden, golden.Json.GetProperty("weights").GetString()!),
                PromptCheckpoint.ReadTeacher(path),
                s_target)
            {
                Position = CoOpTeachers.PositionOf(config.Trainer.CoOp),
            };
            ITextTokenizer tokenizer = GoldenStudent.Tokenizer();
            string[] names = [.. golden.ReadNames("classes")];
            LearnedSentences? sentences = clip.IsConditioned ? clip.ReadSentences(tokenizer, names, words) : null;
            LiveFeatures tower = clip.ReadImageTower(roundToHalf: false);
            using var teacher = new Teacher(
                clip.ReadClassVectors(tokenizer, names, [], words, roundToHalf: false), tower, tower, sentences);
            using var batch = new Batch(images.clone(), tensor(Array.Empty<long>()), []);
            return teacher.Classify(batch);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string NameOf(string name, bool learnerAlone) => learnerAlone ? name[Learner.Length..] : name;
}
