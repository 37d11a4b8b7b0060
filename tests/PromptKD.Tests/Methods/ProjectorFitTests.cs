using PromptKD.Methods;
using PromptKD.Models.Prompts;

namespace PromptKD.Tests.Methods;

/// <summary>Two pictures, of features 0 and 2; the teacher's are 1 and 5. Numbers by hand.</summary>
public sealed class ProjectorFitTests
{
    // Means 1 and 3, variance 2, covariance 4: 4 / (2 + strength · 2).
    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(3, 0.5, 2.5)]
    [InlineData(1e-9, 2, 1)]
    public void One_layer_is_the_ridge_regression(double strength, float weight, float bias)
    {
        using DisposeScope scope = NewDisposeScope();
        using var projector = new Projector(1, 1, CPU, layers: 1);

        Fit(projector, strength);

        Assert.Equal([weight], Values(projector, "conv1.0.weight"), Near);
        Assert.Equal([bias], Values(projector, "conv1.0.bias"), Near);
    }

    // Behind 3 x + 0.5 stand 0.5 and 6.5: mean 3.5, variance 18. Normalised ±1/√2, of which the negative one becomes 0.
    // Then mean 1/√8, variance 1/4, covariance √2: √2 / (1/4 + 1/4) = 2 √2, and 3 − 1 = 2.
    [Fact]
    public void Behind_others_the_last_layer_is_fitted_to_what_it_sees_with_statistics_of_all_pictures()
    {
        using DisposeScope scope = NewDisposeScope();
        using var projector = new Projector(1, 1, CPU, layers: 2);
        using (no_grad())
        {
            projector.SetLinear(0, tensor(new float[,] { { 3 } }), tensor([0.5f]));
        }

        Fit(projector, strength: 1);

        Assert.Equal([3f], Values(projector, "conv1.0.weight"));
        Assert.Equal([3.5f], Values(projector, "conv1.1.running_mean"), Near);
        Assert.Equal([18f], Values(projector, "conv1.1.running_var"), Near);
        Assert.Equal([2 * MathF.Sqrt(2)], Values(projector, "conv1.3.weight"), Near);
        Assert.Equal([2f], Values(projector, "conv1.3.bias"), Near);
        Assert.Equal([2f, 4f], projector.forward(tensor(new float[,] { { 0 }, { 2 } })).data<float>(), Near);
    }

    // Of three layers each normalisation is measured behind the one before it: the second sees 0 and ½ · √2.
    [Fact]
    public void Normalisations_are_measured_one_behind_the_other()
    {
        using DisposeScope scope = NewDisposeScope();
        using var projector = new Projector(1, 1, CPU, layers: 3);
        using (no_grad())
        {
            projector.SetLinear(0, tensor(new float[,] { { 3 } }), tensor([0.5f]));
            projector.SetLinear(1, tensor(new float[,] { { 2 } }), tensor([1f]));
        }

        Fit(projector, strength: 1);

        Assert.Equal([1 + (1 / MathF.Sqrt(2))], Values(projector, "conv1.4.running_mean"), Near);
        Assert.Equal([1f], Values(projector, "conv1.4.running_var"), Near);
    }

    [Fact]
    public void Features_that_are_all_alike_give_the_mean()
    {
        using DisposeScope scope = NewDisposeScope();
        using var projector = new Projector(1, 1, CPU, layers: 1);

        new ProjectorFit(projector, 1).To(
            () => [(tensor(new float[,] { { 2 }, { 2 } }), tensor(new float[,] { { 1 }, { 5 } }))]);

        Assert.Equal([0f], Values(projector, "conv1.0.weight"));
        Assert.Equal([3f], Values(projector, "conv1.0.bias"), Near);
    }

    // A picture at a time, as a store's chunks come.
    private static void Fit(Projector projector, double strength)
    {
        projector.eval();
        new ProjectorFit(projector, strength).To(() =>
        [
            (tensor(new float[,] { { 0 } }), tensor(new float[,] { { 1 } })),
            (tensor(new float[,] { { 2 } }), tensor(new float[,] { { 5 } })),
        ]);
    }

    private static float[] Values(Projector projector, string name) => [.. projector.state_dict()[name].data<float>()];

    private static bool Near(float expected, float actual) => Math.Abs(expected - actual) < 1e-5;
}
