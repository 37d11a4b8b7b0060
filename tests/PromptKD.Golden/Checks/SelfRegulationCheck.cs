using System.Globalization;
using System.Text.Json;
using PromptKD.Dassl;
using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;
using PromptKD.Training;

namespace PromptKD.Golden.Checks;

/// <summary>
/// PromptSRC step by step (golden 06): features, the four terms of the loss, gradients, parameters, and the average
/// over the epochs, of the prompts alone and of the whole model.
/// </summary>
internal sealed class SelfRegulationCheck : IGoldenCheck
{
    private const string InitialPrefix = "init.";

    private static readonly ComputeTarget s_target = new(CPU, ScalarType.Float32);

    public string Kind => "promptsrc-step";

    public IEnumerable<Comparison> Run(GoldenCase golden) =>
    [
        .. CompareWeights(golden),
        .. RunOnce(golden, wholeState: false, textChunk: 0),
        .. RunOnce(golden, wholeState: true, textChunk: 3).Select(one => one with { What = $"{one.What} (whole)" }),
    ];

    // Tables for other settings than the case's, as "mean15_std1_N20".
    private static IEnumerable<Comparison> CompareWeights(GoldenCase golden)
    {
        const double Tolerance = 1e-14;
        foreach (JsonProperty table in golden.Json.GetProperty("gpa_weight_tables").EnumerateObject())
        {
            string[] parts = table.Name.Split('_');
            double Number(int part, string name) =>
                double.Parse(parts[part].AsSpan(name.Length), CultureInfo.InvariantCulture);
            double[] ours = GaussianAverage.Weights(Number(0, "mean"), Number(1, "std"), (int)Number(2, "N"));
            Tensor expected = tensor(table.Value.EnumerateArray().Select(one => one.GetDouble()).ToArray());
            yield return Comparison.Of(table.Name, tensor(ours), expected, Tolerance);
        }
    }

    private static IEnumerable<Comparison> RunOnce(GoldenCase golden, bool wholeState, int textChunk)
    {
        Dictionary<string, Tensor> inputs = golden.ReadTensors("inputs.safetensors");
        using ClipCheckpoint clip = GoldenClip.Open(golden, golden.Json.GetProperty("weights").GetString()!);
        Dictionary<string, Tensor> results = [];
        using PromptSRCMethod method = Build(golden, clip, results, wholeState, textChunk);
        method.LoadLearned(
            inputs.Where(named => named.Key.StartsWith(InitialPrefix, StringComparison.Ordinal))
                .ToDictionary(named => named.Key[InitialPrefix.Length..], named => named.Value),
            golden.Name);
        Dictionary<string, Tensor> before = Frozen(method);
        Train(golden, method, inputs, results);
        double drift = Frozen(method).Max(named => (named.Value - before[named.Key]).abs().max().item<float>());
        double expectedDrift = wholeState ? golden.Json.GetProperty("frozen_drift_after_gpa").GetDouble() : 0;
        const double DriftTolerance = 1e-6;
        return
        [
            .. GoldenTraining.Compare(golden, results),
            Comparison.Of("frozen_drift_after_gpa", drift, expectedDrift, wholeState ? DriftTolerance : 0),
        ];
    }

    private static PromptSRCMethod Build(
        GoldenCase golden,
        ClipCheckpoint checkpoint,
        Dictionary<string, Tensor> results,
        bool wholeState,
        int textChunk)
    {
        double Number(string key) => golden.Json.GetProperty(key).GetDouble();
        int Count(string key) => golden.Json.GetProperty(key).GetInt32();
        ITextTokenizer tokenizer = GoldenStudent.Tokenizer();
        string[] classes = golden.ReadNames("classes");
        var context = ContextText.CountedInTokens(
            golden.Json.GetProperty("ctx_init").GetString()!, Count("language_ctx"));
        PromptedClip clip = PromptedClip.Read(
            checkpoint, tokenizer, classes, context, NamePosition.End, s_target, new TextBudget(textChunk));
        PromptTemplate[] templates = [.. golden.ReadNames("templates").Select(one => new PromptTemplate(one))];
        Tensor mean = ClassVectors.AverageTemplates(clip.Text, tokenizer, classes, templates, normaliseEach: false);
        results["fixed_embeddings_raw_mean"] = mean;
        ClipArchitecture sizes = checkpoint.Architecture;
        var prompts = new TowerPrompts(
            new LearnedPrompts(context.Length, Count("language_depth"), sizes.TextWidth, CPU, roundToHalf: false),
            new LearnedPrompts(Count("vision_ctx"), Count("vision_depth"), sizes.VisionWidth, CPU, roundToHalf: false));
        return new PromptSRCMethod(
            clip,
            prompts,
            new ClassVectors(classes, nn.functional.normalize(mean, dim: -1), Math.Exp(checkpoint.LogitScale)),
            new PromptSRCSettings(
                Number("text_loss_weight"),
                Number("image_loss_weight"),
                Number("gpa_mean"),
                Number("gpa_std"),
                wholeState));
    }

    private static void Train(
        GoldenCase golden, PromptSRCMethod method, Dictionary<string, Tensor> inputs, Dictionary<string,
        Tensor> results)
    {
        int epochs = golden.Json.GetProperty("epochs").GetInt32();
        int batches = golden.Json.GetProperty("batches_per_epoch").GetInt32();
        int size = golden.Json.GetProperty("batch_size").GetInt32();
        JsonElement optim = golden.Json.GetProperty("optim");
        LearningRateSchedule schedule = GoldenTraining.Schedule(optim);
        using TrainingLoop loop = GoldenTraining.Loop(method, optim);
        var numbers = new Dictionary<string, List<double>>();
        void Note(string name, double value) =>
            (numbers.TryGetValue(name, out List<double>? list) ? list : numbers[name] = []).Add(value);

        method.SetTraining(true);
        for (int step = 1; step <= epochs * batches; step++)
        {
            (int epoch, int batchNumber) = Math.DivRem(step - 1, batches);
            string prefix = GoldenTraining.Step(step);
            using var batch = new Batch(
                inputs["images"].narrow(0, batchNumber * size, size).clone(),
                inputs["labels"].narrow(0, batchNumber * size, size).clone(),
                []);
            AddTerms(method, batch, prefix, results, Note);
            Note("lrs", schedule.Rate(epoch));
            Note("losses_total", loop.Step(batch, schedule.Rate(epoch), () =>
                GoldenTraining.AddGradients(results, prefix, method.Trainable)).Loss);
            GoldenTraining.AddValues(results, prefix, Learned(method));
            if (batchNumber == batches - 1)
            {
                GoldenTraining.AddValues(results, Epoch(epoch + 1), Learned(method));
                method.FinishEpoch(epoch + 1, epochs);
            }
        }

        GoldenTraining.AddValues(results, "gpa.", Learned(method));
        results["gpa_weights"] = tensor(GaussianAverage.Weights(
            golden.Json.GetProperty("gpa_mean").GetDouble(), golden.Json.GetProperty("gpa_std").GetDouble(), epochs));
        foreach ((string name, List<double> values) in numbers)
        {
            results[name] = tensor(values.ToArray());
        }
    }

    private static void AddTerms(
        PromptSRCMethod method,
        Batch batch,
        string prefix,
        Dictionary<string, Tensor> results,
        Action<string, double> note)
    {
        using IDisposable noGradients = no_grad();
        (ClipOutput prompted, ClipOutput plain, _) = method.Compare(batch);
        SelfRegulation terms = method.Regulate(prompted, plain, LabelLoss.Labels(batch, prompted.Logits));
        results[prefix + "text_features"] = prompted.Texts;
        results[prefix + "image_features"] = prompted.Images;
        results[prefix + "logits"] = prompted.Logits;
        results[prefix + "fixed_embeddings_normalized"] = plain.Texts;
        results[prefix + "zero_shot_image_features"] = plain.Images;
        results[prefix + "zero_shot_logits"] = plain.Logits;
        note("loss_ce", terms.CrossEntropy.item<float>());
        note("loss_text", terms.Texts.item<float>());
        note("loss_image", terms.Images.item<float>());
        note("loss_logits", terms.Logits.item<float>());
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Learned(PromptSRCMethod method) =>
        NamedTensors.Of(method.Trainable);

    private static string Epoch(int epoch) => string.Create(CultureInfo.InvariantCulture, $"epoch{epoch}.");

    private static Dictionary<string, Tensor> Frozen(PromptSRCMethod method)
    {
        HashSet<string> learned = [.. method.Trainable.Select(named => named.Key)];
        return DasslModel.Of("PromptSRC").StateOf(method, method.Deployed)
            .Where(named => !learned.Contains(named.Key))
            .ToDictionary(named => named.Key, named => named.Value.clone());
    }
}
