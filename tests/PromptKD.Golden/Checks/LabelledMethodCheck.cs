using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Golden.Checks;

/// <summary>
/// CoOp, CoCoOp, MaPLe and IVLP step by step (golden 07), built by <see cref="MethodCatalog"/>: logits before and
/// after, losses, rates, gradients, parameters, the names of checkpoints; once more with the class sentences encoded
/// two at a time; and what was learned, as a teacher to distil from.
/// </summary>
internal sealed class LabelledMethodCheck : IGoldenCheck
{
    private const string LearnerPrefix = "prompt_learner.";
    private const string InitialPrefix = "init.";

    private static readonly ComputeTarget s_target = new(CPU, ScalarType.Float32);

    public string Kind => "trainer-";

    public bool Covers(string kind) => kind.StartsWith(Kind, StringComparison.Ordinal);

    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        ExperimentConfig config = ReadConfig(golden);
        ExperimentConfig chunked = config with { Train = config.Train with { TextChunk = 2 } };
        return RunOnce(golden, config)
            .Concat(RunOnce(golden, chunked).Select(one => one with { What = $"{one.What} (chunked)" }))
            .Concat(LearnedTeacher.Compare(
                golden,
                config,
                golden.Json.GetProperty("config").GetProperty("ctx_init").GetString()!,
                IsLearnerOnly(golden)));
    }

    private static IEnumerable<Comparison> RunOnce(GoldenCase golden, ExperimentConfig config)
    {
        Dictionary<string, Tensor> inputs = golden.ReadTensors("inputs.safetensors");
        using ClipCheckpoint clip = GoldenClip.Open(golden, golden.Json.GetProperty("weights").GetString()!);
        using var method = (ITrainedMethod)GoldenMethod.Build(
            config, clip, GoldenStudent.Tokenizer(), golden.ReadNames("classes"), s_target);
        Comparison[] ours = [.. CompareBeginning(golden, config, method, inputs)];
        method.LoadLearned(
            inputs.Where(named => named.Key.StartsWith(InitialPrefix, StringComparison.Ordinal)).ToDictionary(
                named => OwnName(golden, named.Key[InitialPrefix.Length..]), named => named.Value),
            golden.Name);
        int steps = (int)golden.ReadTensors("expected.safetensors")["losses"].shape[0];
        return [.. ours, .. GoldenTraining.Compare(golden, Train(golden, method, inputs, steps))];
    }

    // What words start is not random, and so is the same as the reference's.
    private static IEnumerable<Comparison> CompareBeginning(
        GoldenCase golden, ExperimentConfig config, ITrainedMethod method, Dictionary<string, Tensor> inputs)
    {
        yield return Comparison.Same(
            "registered_model_name",
            DasslModel.Of(config.Trainer.Name).Folder,
            golden.Json.GetProperty("registered_model_name").GetString());
        var saved = DasslModel.Of(config.Trainer.Name).StateOf(method, method.Deployed)
            .ToDictionary(named => named.Key, named => named.Value);
        string learned = string.Join(' ', method.Trainable.Select(named => ReferenceName(golden, named.Key)));
        yield return Comparison.Same(
            "names",
            learned,
            string.Join(' ', golden.Json.GetProperty("inputs").EnumerateObject().Select(named => named.Name)
                .Where(name => name.StartsWith(InitialPrefix, StringComparison.Ordinal))
                .Select(name => name[InitialPrefix.Length..])));
        yield return Comparison.Same(
            "learned values without a place in the checkpoint",
            string.Join(' ', method.Trainable.Select(named => named.Key).Where(name => !saved.ContainsKey(name))),
            "");
        const string Context = LearnerPrefix + "ctx";
        if (StartsFromWords(config.Trainer))
        {
            yield return Comparison.Of(
                "initial words", saved[OwnName(golden, Context)], inputs[InitialPrefix + Context], tolerance: 0);
        }
    }

    // CoOp and CoCoOp learn as many tokens as there are words; the others start up to four tokens from words.
    private static bool StartsFromWords(TrainerConfig trainer) => trainer.Name switch
    {
        "CoOp" => trainer.CoOp.CtxInit.Length > 0,
        "CoCoOp" => trainer.CoCoOp.CtxInit.Length > 0,
        "MaPLe" => trainer.MaPLe is { CtxInit.Length: > 0, NCtx: <= 4 },
        _ => trainer.IVLP is { CtxInit.Length: > 0, NCtxText: <= 4 },
    };

    private static Dictionary<string, Tensor> Train(
        GoldenCase golden, ITrainedMethod method, Dictionary<string, Tensor> inputs, int steps)
    {
        JsonElement optim = golden.Json.GetProperty("optim");
        LearningRateSchedule schedule = GoldenTraining.Schedule(optim);
        using TrainingLoop loop = GoldenTraining.Loop(method, optim);
        var results = new Dictionary<string, Tensor> { ["initial.eval_logits"] = method.Classify(inputs["images"]) };
        List<double> losses = [];
        List<double> rates = [];
        method.SetTraining(true);
        using var batch = new Batch(inputs["images"].clone(), inputs["labels"].clone(), []);
        for (int step = 1; step <= steps; step++)
        {
            string prefix = GoldenTraining.Step(step);
            rates.Add(schedule.Rate(step - 1));
            losses.Add(loop.Step(batch, rates[^1], () => GoldenTraining.AddGradients(
                results, prefix, method.Trainable.Select(named =>
                    KeyValuePair.Create(ReferenceName(golden, named.Key), named.Value)))).Loss);
            GoldenTraining.AddValues(results, prefix, method.State.Select(named =>
                KeyValuePair.Create(ReferenceName(golden, named.Key), named.Value)));
        }

        method.SetTraining(false);
        results["final.eval_logits"] = method.Classify(inputs["images"]);
        results["losses"] = tensor(losses.ToArray());
        results["lrs"] = tensor(rates.ToArray());
        return results;
    }

    // Where only the prompt learner is registered, its name is not part of the names in a checkpoint.
    private static string OwnName(GoldenCase golden, string name) =>
        IsLearnerOnly(golden) ? name[LearnerPrefix.Length..] : name;

    private static string ReferenceName(GoldenCase golden, string name) =>
        IsLearnerOnly(golden) ? LearnerPrefix + name : name;

    private static bool IsLearnerOnly(GoldenCase golden) =>
        golden.Json.GetProperty("registered_model_is_prompt_learner_only").GetBoolean();

    private static ExperimentConfig ReadConfig(GoldenCase golden)
    {
        string name = golden.Json.GetProperty("trainer").GetString()!;
        JsonElement settings = golden.Json.GetProperty("config");
        int Number(string key) => settings.GetProperty(key).GetInt32();
        string words = settings.GetProperty("ctx_init").GetString()!;
        TrainerConfig trainer = new TrainerConfig { Name = name };
        return new ExperimentConfig
        {
            Seed = 1,
            Trainer = name switch
            {
                "CoOp" => trainer with
                {
                    CoOp = new CoOpConfig
                    {
                        NCtx = Number("n_ctx"),
                        CtxInit = words,
                        Csc = settings.GetProperty("csc").GetBoolean(),
                        ClassTokenPosition = settings.GetProperty("class_token_position").GetString()!,
                    },
                },
                "CoCoOp" => trainer with { CoCoOp = new CoCoOpConfig { NCtx = Number("n_ctx"), CtxInit = words } },
                "MaPLe" => trainer with
                {
                    MaPLe = new MaPLeConfig
                    {
                        NCtx = Number("n_ctx"),
                        CtxInit = words,
                        PromptDepth = Number("prompt_depth"),
                    },
                },
                _ => trainer with
                {
                    IVLP = new IVLPConfig
                    {
                        NCtxVision = Number("n_ctx_vision"),
                        NCtxText = Number("n_ctx_text"),
                        PromptDepthVision = Number("depth_vision"),
                        PromptDepthText = Number("depth_text"),
                        CtxInit = words,
                    },
                },
            },
        };
    }
}
