using PromptKD.Training;
using TorchSharp.Modules;

namespace PromptKD.Tests.Training;

public sealed class OptimizerTests
{
    [Fact]
    public void Takes_the_steps_worked_by_hand()
    {
        // Loss w²: gradient 2w. Decay 0.5 adds w/2. Momentum 0.9, rate 0.1.
        // w = 1: step 2.5, w = 0.75. Gradient 1.5 + 0.375 = 1.875, step 0.9 · 2.5 + 1.875 = 4.125, w = 0.3375.
        using DisposeScope scope = NewDisposeScope();
        Parameter weight = nn.Parameter(ones(1));
        using var optimizer = new Optimizer([KeyValuePair.Create("w", weight)], new OptimizerSettings(0.9, 0.5));

        Learn(optimizer, weight, learningRate: 0.1);
        Assert.Equal(0.75, weight.item<float>(), tolerance: 1e-6);

        Learn(optimizer, weight, learningRate: 0.1);
        Assert.Equal(0.3375, weight.item<float>(), tolerance: 1e-6);
        Assert.Equal(4.125, optimizer.Momentum.Single().Value.item<float>(), tolerance: 1e-6);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.25, false)]
    [InlineData(0, true)]
    public void Continues_as_torchs_own_would_have(double dampening, bool nesterov)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter ours = nn.Parameter(TinyClip.Random(1, 3, 2)), theirs = nn.Parameter(TinyClip.Random(1, 3, 2));
        var settings = new OptimizerSettings(0.9, 5e-4, dampening, nesterov);
        using var torchs = optim.SGD([theirs], 0.01, 0.9, dampening, weight_decay: 5e-4, nesterov: nesterov);

        LearnAndGoOn(ours, settings);
        LearnWith(torchs, theirs);

        TensorAssert.SameBytes(theirs, ours);
    }

    [Theory]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void Continues_as_torchs_adam_would_have(string rule)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter ours = nn.Parameter(TinyClip.Random(1, 3, 2)), theirs = nn.Parameter(TinyClip.Random(1, 3, 2));
        OptimizerSettings settings = new(WeightDecay: 0.1) { Rule = rule, Beta1 = 0.8, Beta2 = 0.95 };
        using optim.Optimizer torchs = rule == "adam"
            ? optim.Adam([theirs], 0.01, 0.8, 0.95, weight_decay: 0.1)
            : optim.AdamW([theirs], 0.01, 0.8, 0.95, weight_decay: 0.1);

        Dictionary<string, Tensor> state = LearnAndGoOn(ours, settings);
        LearnWith(torchs, theirs);

        Assert.Equal(["mean/w", "square/w", "steps/w"], state.Keys);
        Assert.Equal(2, state["steps/w"].item<long>());
        TensorAssert.SameBytes(theirs, ours);
    }

    [Fact]
    public void A_long_gradient_is_shortened_over_all_that_is_learned()
    {
        // Gradients 3 and 4 have length 5; shortened to 1 they are 0.6 and 0.8.
        using DisposeScope scope = NewDisposeScope();
        Parameter first = nn.Parameter(zeros(1)), second = nn.Parameter(zeros(1)), unused = nn.Parameter(ones(1));
        using var optimizer = new Optimizer(
            [KeyValuePair.Create("a", first), KeyValuePair.Create("b", second), KeyValuePair.Create("c", unused)],
            new OptimizerSettings(Momentum: 0, WeightDecay: 0) { ClipNorm = 1 });

        ((3 * first) + (4 * second)).sum().backward();
        optimizer.Step(1);

        Assert.Equal(-0.6, first.item<float>(), tolerance: 1e-5);
        Assert.Equal(-0.8, second.item<float>(), tolerance: 1e-5);
        Assert.Equal(1, unused.item<float>());
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void A_parameter_with_a_rate_of_its_own_learns_as_torchs_group_does_and_goes_on(string rule)
    {
        using DisposeScope scope = NewDisposeScope();
        OptimizerSettings settings = new(Momentum: 0.9, WeightDecay: 0.1) { Rule = rule };
        Parameter[] theirs = [.. Enumerable.Range(1, 3).Select(seed => nn.Parameter(TinyClip.Random((ulong)seed, 2)))];
        KeyValuePair<string, Parameter>[] ours =
        [
            .. Enumerable.Range(1, 3).Select(
                seed => KeyValuePair.Create($"{seed}", nn.Parameter(TinyClip.Random((ulong)seed, 2)))),
        ];
        using optim.Optimizer slow = Torchs(rule, [theirs[1]]), fast = Torchs(rule, [theirs[0], theirs[2]]);
        Optimizer optimizer = new(ours, settings, name => name == "2" ? 0.5 : 1);

        for (int step = 0; step < 3; step++)
        {
            var state = optimizer.State.ToDictionary(named => named.Key, named => named.Value.clone());
            optimizer.Dispose();
            optimizer = new(ours, settings, name => name == "2" ? 0.5 : 1);
            optimizer.LoadState(state, mustBeWhole: step > 0);
            ours.Aggregate(zeros(1), (sum, named) => sum + named.Value.square().sum()).backward();
            optimizer.Step(0.02);
            theirs.Aggregate(zeros(1), (sum, weight) => sum + weight.square().sum()).backward();
            foreach ((optim.Optimizer torchs, double rate) in new[] { (slow, 0.01), (fast, 0.02) })
            {
                torchs.ParamGroups.Single().LearningRate = rate;
                torchs.step();
                torchs.zero_grad();
            }
        }

        Assert.All(theirs.Zip(ours), pair => TensorAssert.SameBytes(pair.First, pair.Second.Value));
        optimizer.Dispose();
    }

    [Fact]
    public void The_state_of_another_rule_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using var optimizer = new Optimizer(
            [KeyValuePair.Create("w", nn.Parameter(ones(1)))], new OptimizerSettings { Rule = "adamw" });

        string message = Assert.Throws<PromptKDException>(
            () => optimizer.LoadState(Optimizer.StateOf([KeyValuePair.Create("w", ones(1))]))).Message;

        Assert.Equal(
            "The optimizer has no place for 'momentum/w'. Is this the state of another method or rule?", message);
    }

    [Fact]
    public void Leaves_parameters_without_gradient_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter used = nn.Parameter(ones(1)), unused = nn.Parameter(ones(1));
        using var optimizer = new Optimizer(
            [KeyValuePair.Create("used", used), KeyValuePair.Create("unused", unused)], new OptimizerSettings());

        Learn(optimizer, used, learningRate: 0.1);

        Assert.Equal(1, unused.item<float>());
        Assert.Equal(["used"], optimizer.Momentum.Select(named => named.Key));
        Assert.Equal(["momentum/used"], optimizer.State.Select(named => named.Key));
    }

    [Fact]
    public void A_parameter_without_a_stored_state_starts_afresh()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter first = nn.Parameter(ones(1)), second = nn.Parameter(ones(1));
        using var optimizer = new Optimizer(
            [KeyValuePair.Create("first", first), KeyValuePair.Create("second", second)], new OptimizerSettings());
        Learn(optimizer, first, learningRate: 0.1);

        optimizer.LoadState(Optimizer.StateOf([KeyValuePair.Create("second", tensor([3f]))]));

        Assert.Equal(3, Assert.Single(optimizer.Momentum, named => named.Key == "second").Value.item<float>());
        Assert.Single(optimizer.State);
    }

    [Theory]
    [InlineData("momentum/w", "The optimizer's 'momentum/w' is [3], expected [2, 1]. ")]
    [InlineData("momentum/other", "The optimizer has no place for 'momentum/other'. ")]
    [InlineData("exp_avg/w", "The optimizer has no place for 'exp_avg/w'. ")]
    public void Refuses_the_state_of_other_parameters_and_keeps_its_own(string name, string expected)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter weight = nn.Parameter(ones(2, 1));
        using var optimizer = new Optimizer([KeyValuePair.Create("w", weight)], new OptimizerSettings(WeightDecay: 0));
        Learn(optimizer, weight, learningRate: 0);

        var error = Assert.Throws<PromptKDException>(
            () => optimizer.LoadState(new Dictionary<string, Tensor> { [name] = ones(3) }));

        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal([2f, 2f], optimizer.Momentum.Single().Value.data<float>()); // the gradient of w², twice
    }

    [Fact]
    public void A_step_that_is_left_out_changes_nothing_and_forgets_its_gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter weight = nn.Parameter(ones(1));
        using var optimizer = new Optimizer([KeyValuePair.Create("w", weight)], new OptimizerSettings());
        weight.square().sum().backward();

        optimizer.ForgetGradients();
        Learn(optimizer, weight, learningRate: 0);

        Assert.Equal(1, weight.item<float>());
        Assert.Equal(2 + 5e-4, optimizer.Momentum.Single().Value.item<float>(), tolerance: 1e-6);
    }

    // Two steps, and a third by another optimizer, which takes the state of the first over.
    private static Dictionary<string, Tensor> LearnAndGoOn(Parameter weight, OptimizerSettings settings)
    {
        var first = new Optimizer([KeyValuePair.Create("w", weight)], settings);
        Learn(first, weight, 0.01);
        Learn(first, weight, 0.01);
        var state = first.State.ToDictionary(named => named.Key, named => named.Value.clone());
        first.Dispose();
        using var second = new Optimizer([KeyValuePair.Create("w", weight)], settings);
        second.LoadState(state);
        Learn(second, weight, 0.01);
        return state;
    }

    private static void LearnWith(optim.Optimizer torchs, Parameter weight)
    {
        for (int step = 0; step < 3; step++)
        {
            weight.square().sum().backward();
            torchs.step();
            torchs.zero_grad();
        }
    }

    private static optim.Optimizer Torchs(string rule, Parameter[] weights) => rule switch
    {
        "sgd" => optim.SGD(weights, 0, 0.9, weight_decay: 0.1),
        "adam" => optim.Adam(weights, 0, weight_decay: 0.1),
        _ => optim.AdamW(weights, 0, weight_decay: 0.1),
    };

    private static void Learn(Optimizer optimizer, Parameter weight, double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        weight.square().sum().backward();
        optimizer.Step(learningRate);
    }
}
