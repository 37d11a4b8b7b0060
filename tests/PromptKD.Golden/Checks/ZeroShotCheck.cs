using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Golden.Checks;

/// <summary>
/// Plain CLIP with one sentence a data set, and with several (golden 07): sentences, text features, logits.
/// </summary>
internal sealed class ZeroShotCheck : IGoldenCheck
{
    private const string Single = "single";

    private static readonly ComputeTarget s_target = new(CPU, ScalarType.Float32);

    public string Kind => "zeroshot";

    public IEnumerable<Comparison> Run(GoldenCase golden) =>
        CompareSentences(golden).Concat(CompareNumbers(golden));

    private static IEnumerable<Comparison> CompareSentences(GoldenCase golden)
    {
        foreach (JsonProperty list in golden.Json.GetProperty("templates").EnumerateObject())
        {
            yield return Comparison.Same(
                list.Name,
                string.Join('|', SentencesOf(list.Name)),
                string.Join('|', list.Value.EnumerateArray().Select(one => one.GetString())));
        }

        foreach (JsonProperty dataset in golden.Json.GetProperty("custom_templates").EnumerateObject())
        {
            yield return Comparison.Same(
                dataset.Name, PromptTemplates.ForDataset(dataset.Name).Pattern, dataset.Value.GetString());
        }
    }

    private static IEnumerable<Comparison> CompareNumbers(GoldenCase golden)
    {
        JsonElement tolerance = golden.Json.GetProperty("tolerance").GetProperty("*");
        Tensor images = golden.ReadTensors("inputs.safetensors")["images"];
        using ClipCheckpoint clip = GoldenClip.Open(golden, golden.Json.GetProperty("weights").GetString()!);
        var plain = new FrozenClip(clip, prompts: null, s_target);
        foreach ((string name, Tensor expected) in golden.ReadTensors("expected.safetensors"))
        {
            // "DATASET.single.logits", "DATASET.ensemble.text_features"
            string list = name[..name.LastIndexOf('.')];
            if (name.EndsWith(".logits", StringComparison.Ordinal))
            {
                using IClassifier method = GoldenMethod.Build(
                    ConfigOf(list), clip, GoldenStudent.Tokenizer(), golden.ReadNames("classes"), s_target);
                double allowed = tolerance.GetProperty("logits_atol").GetDouble();
                yield return Comparison.Of(name, method.Classify(images), expected, allowed);
                continue;
            }

            ClassVectors vectors = plain.ReadClassVectors(
                GoldenStudent.Tokenizer(), golden.ReadNames("classes"), SentencesOf(list), "", roundToHalf: false);
            yield return Comparison.Of(name, vectors.Vectors, expected, tolerance.GetProperty("atol").GetDouble());
        }
    }

    private static ExperimentConfig ConfigOf(string list) => new()
    {
        Dataset = new DatasetConfig { Name = DatasetOf(list) },
        Trainer = new TrainerConfig { Name = IsSingle(list) ? "ZeroshotCLIP" : "ZeroshotCLIP2" },
    };

    private static IReadOnlyList<PromptTemplate> SentencesOf(string list) => IsSingle(list)
        ? [PromptTemplates.ForDataset(DatasetOf(list))]
        : PromptTemplates.EnsembleFor(DatasetOf(list));

    private static string DatasetOf(string list) => list.Split('.')[0];

    private static bool IsSingle(string list) => list.EndsWith(Single, StringComparison.Ordinal);
}
