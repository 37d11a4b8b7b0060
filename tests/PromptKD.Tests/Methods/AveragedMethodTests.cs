using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Training;
using TorchSharp.Modules;

namespace PromptKD.Tests.Methods;

public sealed class AveragedMethodTests
{
    [Fact]
    public void Is_the_method_itself_without_a_decay()
    {
        using var method = new GivenMethod();

        Assert.Same(method, AveragedMethod.Of(method, decay: 0));
    }

    // 2; (2 + 4) / 2 = 3; from then on half of what was and half of what is: (3 + 9) / 2 = 6, (6 + 1) / 2 = 3.5.
    [Fact]
    public void Is_measured_as_the_mean_of_its_steps_and_learns_on_from_the_last()
    {
        using DisposeScope scope = NewDisposeScope();
        var given = new GivenMethod();
        using ITrainedMethod method = AveragedMethod.Of(given, decay: 0.5);

        method.SetTraining(true);
        Take(method, given, 2, 4, 9);
        method.SetTraining(false);
        Assert.Equal(6f, given.Value);
        Assert.Equal(6f, method.Deployed[0].Value.item<float>());
        method.SetTraining(false);
        Assert.Equal(6f, given.Value);
        method.SetTraining(true);
        Assert.Equal(9f, given.Value);
        Take(method, given, 1);
        method.SetTraining(false);
        Assert.Equal(3.5f, given.Value);
    }

    [Fact]
    public void Is_measured_as_it_is_before_the_first_step()
    {
        var given = new GivenMethod();
        using ITrainedMethod method = AveragedMethod.Of(given, decay: 0.5);
        given.Value = 7;

        method.SetTraining(false);

        Assert.Equal(7f, given.Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Its_state_says_the_same_whether_it_is_measured_or_not(bool isTraining)
    {
        using DisposeScope scope = NewDisposeScope();
        var given = new GivenMethod();
        using ITrainedMethod method = AveragedMethod.Of(given, decay: 0.5);
        method.SetTraining(true);
        Take(method, given, 2, 4, 9);

        method.SetTraining(isTraining);

        var state = method.State.ToDictionary(named => named.Key, named => named.Value);
        Assert.Equal(["average/w", "average_steps", "count", "w"], state.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((9f, 6f), (state["w"].item<float>(), state["average/w"].item<float>()));
        Assert.Equal((3L, 3L), (state["average_steps"].item<long>(), state["count"].item<long>()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Goes_on_from_its_state_to_the_same_average(bool isMeasured)
    {
        using DisposeScope scope = NewDisposeScope();
        GivenMethod given = new(), copy = new();
        using ITrainedMethod method = AveragedMethod.Of(given, decay: 0.5), other = AveragedMethod.Of(copy, decay: 0.5);
        method.SetTraining(true);
        Take(method, given, 2, 4, 9);
        method.SetTraining(!isMeasured);

        using (no_grad())
        {
            foreach ((KeyValuePair<string, Tensor> from, KeyValuePair<string, Tensor> to) in method.State.Zip(
                other.State))
            {
                to.Value.copy_(from.Value);
            }
        }

        other.SetTraining(true);
        Assert.Equal(9f, copy.Value);
        Take(other, copy, 1);
        other.SetTraining(false);
        Assert.Equal(3.5f, copy.Value);
    }

    // With three steps and a decay of 0.9 it is their plain mean, of weights and running statistics alike.
    [Fact]
    public void Training_ends_with_the_mean_of_all_its_steps()
    {
        using DisposeScope scope = NewDisposeScope();
        using ITrainedMethod method = AveragedMethod.Of(PromptKDMethodTests.MakeMethod(), decay: 0.9);
        using var loop = new TrainingLoop(method, new TrainingPlan
        {
            Epochs = 1,
            BatchesPerEpoch = 3,
            PicturesPerEpoch = 12,
            Batches = (_, _) => [],
            Schedule = new LearningRateSchedule(new() { Lr = 0.01, MaxEpoch = 1 }),
            CheckpointPath = "",
        });
        List<Dictionary<string, Tensor>> seen = [];
        method.SetTraining(true);
        foreach (int number in Enumerable.Range(0, 3))
        {
            using Batch batch = PromptKDMethodTests.MakeBatch(number);
            loop.Step(batch, learningRate: 0.01);
            seen.Add(method.Distilled!.Student.LearnedState.ToDictionary(
                named => named.Key, named => named.Value.detach().clone()));
        }

        method.SetTraining(false);

        Assert.All(
            method.Deployed.Where(named => named.Value.is_floating_point()),
            named => TensorAssert.Near(stack(seen.Select(one => one[named.Key])).mean([0]), named.Value, 1e-6));
        Assert.Equal(3, method.Deployed.Single(named => !named.Value.is_floating_point()).Value.item<long>());
    }

    private static void Take(ITrainedMethod method, GivenMethod given, params float[] values)
    {
        foreach (float value in values)
        {
            given.Value = value;
            method.FinishStep();
        }
    }

    /// <summary>Has learned what it is given, and counts its steps.</summary>
    private sealed class GivenMethod : ITrainedMethod
    {
        private readonly Parameter _weight = nn.Parameter(zeros(1));
        private readonly Tensor _count = zeros([], ScalarType.Int64);

        public float Value
        {
            get => _weight.item<float>();
            set
            {
                using IDisposable noGradients = no_grad();
                _weight.fill_(value);
            }
        }

        public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable => [KeyValuePair.Create("w", _weight)];

        public IReadOnlyList<KeyValuePair<string, Tensor>> State =>
            [KeyValuePair.Create<string, Tensor>("w", _weight), KeyValuePair.Create("count", _count)];

        public FrozenModel Model => throw new NotSupportedException();

        public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source) =>
            throw new NotSupportedException();

        public void SetTraining(bool training)
        {
        }

        public void FinishStep() => _count.add_(1);

        public StepOutcome Loss(Batch batch) => throw new NotSupportedException();

        public Tensor Classify(Tensor images) => throw new NotSupportedException();

        public void Dispose()
        {
            _weight.Dispose();
            _count.Dispose();
        }
    }
}
