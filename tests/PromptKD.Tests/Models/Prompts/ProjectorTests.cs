using PromptKD.Models.Prompts;
using PromptKD.Training;

namespace PromptKD.Tests.Models.Prompts;

public sealed class ProjectorTests
{
    private const string FirstBias = "conv1.0.bias";
    private const string MiddleBias = "conv1.3.bias";
    private const string LastBias = "conv1.6.bias";

    [Fact]
    public void A_bias_before_a_normalisation_has_a_gradient_of_exactly_0_and_the_last_one_has_its_own()
    {
        using DisposeScope scope = NewDisposeScope();
        using var projector = new Projector(5, 4, CPU, layers: 3);
        projector.train();

        Backward(projector);

        Assert.All(
            [FirstBias, MiddleBias],
            name => Assert.All(Gradient(projector, name)!.data<float>(), one => Assert.Equal(0, one)));
        Assert.All(Gradient(projector, LastBias)!.data<float>(), one => Assert.NotEqual(0, one));
        Assert.NotEqual(0, Gradient(projector, "conv1.0.weight")!.abs().sum().item<float>());
    }

    // Where the normalisation is by what was learned, the bias does count.
    [Fact]
    public void Where_it_does_not_learn_the_bias_has_its_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using var projector = new Projector(5, 4, CPU);
        projector.eval();

        Backward(projector);

        Assert.NotEqual(0, Gradient(projector, FirstBias)!.abs().sum().item<float>());
    }

    // 1 − 0.01 · 0.5 a step: what decay alone makes of it, for either rule's first step.
    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    public void Decay_still_moves_such_a_bias_and_nothing_else_does(string rule)
    {
        using DisposeScope scope = NewDisposeScope();
        using var projector = new Projector(5, 4, CPU);
        projector.train();
        Tensor before = projector.get_parameter(FirstBias)!.detach().clone();
        using var optimizer = new Optimizer(
            [.. projector.named_parameters().Select(one => KeyValuePair.Create(one.name, one.parameter))],
            new OptimizerSettings(WeightDecay: 0.5) { Rule = rule });

        Backward(projector);
        optimizer.Step(0.01);

        TensorAssert.Near(before * (1 - (0.01 * 0.5)), projector.get_parameter(FirstBias)!.detach(), 1e-7);
    }

    private static void Backward(Projector projector) =>
        projector.forward(TinyClip.Random(1, 6, 5)).square().mul(TinyClip.Random(2, 6, 4)).sum().backward();

    private static Tensor? Gradient(Projector projector, string name) => projector.get_parameter(name)!.grad;
}
