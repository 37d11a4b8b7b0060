using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Training;

namespace PromptKD.Golden.Checks;

/// <summary>
/// Distillation step by step (golden 04): losses, learning rates, gradients, parameters, projector statistics, by the
/// training loop's own step.
/// </summary>
internal sealed class DistillationStepCheck : IGoldenCheck
{
    public string Kind => "promptkd-step";

    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        Dictionary<string, Tensor> inputs = golden.ReadTensors("inputs.safetensors");
        Dictionary<string, Tensor> expected = golden.ReadTensors("expected.safetensors");
        Dictionary<string, Tensor> actual = Train(golden, inputs, expected.Keys);
        foreach ((string name, Tensor value) in expected)
        {
            yield return actual.TryGetValue(name, out Tensor? ours)
                ? Comparison.Of(name, ours.reshape(value.shape), value, Tolerance(golden, name))
                : Comparison.Same(name, "not computed", "computed");
        }
    }

    // A bias in front of a batch normalisation has no gradient; what the reference has there is rounding noise.
    private static double Tolerance(GoldenCase golden, string name)
    {
        const double Noise = 1e-5;
        const double RateTolerance = 1e-12;
        double? stated = golden.Tolerance(name);
        return name.EndsWith("grad.VPT_image_trans.conv1.0.bias", StringComparison.Ordinal)
            ? Math.Max(stated ?? 0, Noise)
            : stated ?? (name == "lrs" ? RateTolerance : 0);
    }

    private static Dictionary<string, Tensor> Train(
        GoldenCase golden, Dictionary<string, Tensor> inputs, ICollection<string> wanted)
    {
        (PromptKDMethod method, LiveFeatures teacher) = GoldenStudent.Build(
            golden,
            inputs,
            "init.",
            golden.Json.GetProperty("kd_weight").GetDouble(),
            golden.Json.GetProperty("temperature").GetDouble());
        LearningRateSchedule schedule = GoldenTraining.Schedule(golden.Json.GetProperty("optim"));
        using TrainingLoop loop = GoldenTraining.Loop(method, golden.Json.GetProperty("optim"));
        var results = new Dictionary<string, Tensor>();
        List<double> losses = [];
        List<double> rates = [];
        int batchSize = golden.Json.GetProperty("batch_size").GetInt32();
        int batches = golden.Json.GetProperty("batches_per_epoch").GetInt32();
        int epochs = golden.Json.GetProperty("epochs_run").GetInt32();
        method.SetTraining(true);
        for (int step = 1; step <= epochs * batches; step++)
        {
            Tensor images = inputs["images"].narrow(0, (step - 1) % batches * batchSize, batchSize);
            using var batch = new Batch(images.clone(), null, [.. Enumerable.Range(0, batchSize)]);
            string prefix = GoldenTraining.Step(step);
            if (wanted.Any(name => name.StartsWith(prefix + "teacher.", StringComparison.Ordinal)))
            {
                AddFeatures(results, prefix, method, teacher, batch);
            }

            rates.Add(schedule.Rate((step - 1) / batches));
            losses.Add(loop.Step(
                batch, rates[^1], () => GoldenTraining.AddGradients(results, prefix, method.Trainable)).Loss);
            GoldenTraining.AddValues(results, prefix, method.State);
        }

        results["losses"] = tensor(losses.ToArray());
        results["lrs"] = tensor(rates.ToArray());
        return results;
    }

    private static void AddFeatures(
        Dictionary<string, Tensor> results, string prefix, PromptKDMethod method, LiveFeatures teacher, Batch batch)
    {
        // A forward pass in training mode moves the projector's statistics: put them back.
        using IDisposable noGradients = no_grad();
        var before = method.State.ToDictionary(named => named.Key, named => named.Value.clone());
        Tensor studentFeatures = method.Distilled.Student.ImageFeatures(batch.Images);
        method.Distilled.Student.LoadLearned(before, "before the step");
        results[prefix + "teacher.image_features"] = teacher.Of(batch);
        results[prefix + "teacher.text_features"] = method.Distilled.ClassVectors.Vectors;
        results[prefix + "teacher.logits"] = method.Teacher.Scores(batch);
        results[prefix + "student.image_features"] = studentFeatures;
        results[prefix + "student.logits"] =
            method.Distilled.ClassVectors.Compare(studentFeatures, method.Distilled.LogitScale);
    }
}
