using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Golden;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Tests.Methods;

namespace PromptKD.Tests.Dassl;

public sealed class DasslCheckpointsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private DasslCheckpoints Checkpoints => new(_folder, "VLPromptLearner");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>torch loads it, and its own optimizer takes the optimizer's state.</summary>
    [Fact]
    public void Torch_reads_model_optimizer_and_schedule()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = PromptKDMethodTests.MakeMethod();
        Write(method, Checkpoints.Of(2));

        string[] lines = PythonTorch.Run(
            """
            import sys, torch
            file = torch.load(sys.argv[1], map_location="cpu")
            state = file["state_dict"]
            buffers = ("running_mean", "running_var", "num_batches_tracked")
            names = [name for name in state if not name.endswith(buffers)]
            sgd = torch.optim.SGD([torch.nn.Parameter(state[name]) for name in names], lr=1.0, momentum=0.9)
            sgd.load_state_dict(file["optimizer"])
            print(type(state).__name__, file["epoch"], file["val_result"], sgd.param_groups[0]["lr"])
            print(file["scheduler"]["last_epoch"], file["scheduler"]["warmup_epoch"], file["scheduler"]["_last_lr"])
            for name in names:
                value = sgd.param_groups[0]["params"][names.index(name)]
                momentum = sgd.state[value].get("momentum_buffer")
                print(name, list(state[name].shape), float(state[name].double().sum()),
                      None if momentum is None else float(momentum.double().sum()))
            """,
            Checkpoints.Of(2)).TrimEnd().Split('\n');

        Assert.Equal("OrderedDict 2 62.5 0.004", lines[0]);
        Assert.Equal("1 1 [0.004]", lines[1]);
        KeyValuePair<string, Tensor>[] parameters =
            [.. Saved(method).Where(named => !named.Key.Contains("running_") && !named.Key.EndsWith("tracked"))];
        Assert.Equal(parameters.Select(named => named.Key), lines[2..].Select(line => line.Split(' ')[0]));
        var momentum = method.Trainable.ToDictionary(named => named.Key, named => Sum(named.Value) * 2);
        Assert.All(parameters.Zip(lines[2..]), pair =>
        {
            ((string name, Tensor value), string line) = pair;
            string[] words = line.Split(' ');
            Assert.Equal($"[{string.Join(", ", value.shape)}]", string.Join(' ', words[1..^2]));
            Assert.Equal(Sum(value), double.Parse(words[^2], CultureInfo.InvariantCulture), 1e-4);
            if (momentum.TryGetValue(name, out double expected))
            {
                Assert.Equal(expected, double.Parse(words[^1], CultureInfo.InvariantCulture), 1e-3);
            }
            else
            {
                Assert.Equal("None", words[^1]);
            }
        });
    }

    /// <summary>The reference's own file: as many parameters in the optimizer, momentum for what is learned.</summary>
    [Fact]
    public void Finds_the_names_of_the_momentum_that_the_reference_saved()
    {
        string path = Path.Combine(
            ProjectFolder.Root, "tests", "golden", "11-checkpoints", "student_promptkd", "VLPromptLearner",
            "model-best.pth.tar");
        using DisposeScope scope = NewDisposeScope();
        using CheckpointFile file = CheckpointFile.Open(path);

        IReadOnlyDictionary<string, Tensor> momentum = DasslTrainingState.ReadMomentum(file, file.Tensors.Keys);

        string[] learned = [.. file.Tensors.Keys.Where(name => name.Contains("VPT", StringComparison.Ordinal)
            && !name.Contains("running_", StringComparison.Ordinal)
            && !name.EndsWith("tracked", StringComparison.Ordinal))];
        Assert.Equal(
            learned, momentum.Keys.Order(StringComparer.Ordinal).OrderBy(name => Array.IndexOf(learned, name)));
        Assert.All(momentum, named => Assert.Equal(file.Tensors[named.Key].Shape, named.Value.shape));
    }

    /// <summary>The reference's own file lists what a student of its architecture holds.</summary>
    [Fact]
    public void Names_and_orders_tensors_as_the_reference_does()
    {
        string path = Path.Combine(
            ProjectFolder.Root, "tests", "golden", "11-checkpoints", "student_promptkd", "VLPromptLearner",
            "model-best.pth.tar");
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = PromptKDMethodTests.MakeMethod();
        using CheckpointFile file = CheckpointFile.Open(path);

        // That student has two layers, the tiny one three.
        string[] ours = [.. Saved(method).Select(named => named.Key)
            .Where(name => !name.Contains(".resblocks.2.", StringComparison.Ordinal))];

        Assert.Equal(file.Tensors.Keys, ours);
    }

    [Fact]
    public void Reads_back_what_it_wrote()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = PromptKDMethodTests.MakeMethod();
        Write(method, Checkpoints.Of(2));

        using CheckpointFile file = CheckpointFile.Open(Checkpoints.Of(2));
        IReadOnlyDictionary<string, Tensor> momentum = DasslTrainingState.ReadMomentum(file, file.Tensors.Keys);

        Assert.Equal((2, 62.5), (file.Epoch, file.ValidationResult));
        Assert.All(method.Trainable, named => TensorAssert.Near(
            named.Value * 2, momentum[named.Key].view(named.Value.shape), 0));
    }

    [Fact]
    public void The_text_file_names_what_was_written_last()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = PromptKDMethodTests.MakeMethod();
        Write(method, Checkpoints.Of(10));
        Write(method, Checkpoints.Of(9));
        Write(method, Checkpoints.Best);

        Assert.Equal("model-best.pth.tar\n", File.ReadAllText(Path.Combine(Checkpoints.Folder, "checkpoint")));
        Assert.Equal(Checkpoints.Best, Checkpoints.LastWritten());
        Assert.Equal(Checkpoints.Of(10), Checkpoints.Latest());
        Assert.Equal(Checkpoints.Best, Checkpoints.Find(null));
        Assert.Equal(Checkpoints.Of(9), Checkpoints.Find(9));
    }

    [Fact]
    public void A_text_file_that_names_nothing_is_no_checkpoint()
    {
        Directory.CreateDirectory(Checkpoints.Folder);
        File.WriteAllText(Path.Combine(Checkpoints.Folder, "checkpoint"), "model.pth.tar-3\n");

        Assert.Null(Checkpoints.LastWritten());
        Assert.Null(Checkpoints.Latest());
        Assert.Contains(
            "has no checkpoints",
            Assert.Throws<PromptKDException>(() => Checkpoints.Find(null)).Message,
            StringComparison.Ordinal);
    }

    // Momentum is twice the parameter.
    private void Write(PromptKDMethod method, string path) => Checkpoints.Write(path, method, new DasslTrainingState
    {
        Epoch = 2,
        LearningRate = 0.004,
        Momentum = [.. method.Trainable.Select(named => KeyValuePair.Create(named.Key, (named.Value * 2).detach()))],
        Settings = new OptimConfig { Name = "sgd", Lr = 0.005, WarmupEpoch = 1, WarmupType = "constant" },
        ValidationResult = 62.5,
    });

    private static IReadOnlyList<KeyValuePair<string, Tensor>> Saved(PromptKDMethod method) =>
        DasslModel.Of("PromptKD").StateOf(method, method.Deployed);

    private static double Sum(Tensor value) => value.to(ScalarType.Float64).sum().item<double>();
}
