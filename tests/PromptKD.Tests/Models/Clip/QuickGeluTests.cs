using PromptKD.Models.Clip;

namespace PromptKD.Tests.Models.Clip;

public sealed class QuickGeluTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0.8457957659328212)]      // 1 / (1 + e^-1.702)
    [InlineData(-1, -0.15420423406717882)]   // -1 / (1 + e^1.702)
    [InlineData(100, 100)]
    [InlineData(-100, 0)]
    public void Multiplies_by_a_sigmoid(float x, double expected)
    {
        using DisposeScope scope = NewDisposeScope();
        using var gelu = new QuickGelu();

        Assert.Equal(expected, gelu.forward(tensor(x)).item<float>(), tolerance: 1e-6);
        Assert.Equal(expected, gelu.forward(tensor(x, requires_grad: true)).item<float>(), tolerance: 1e-6);
    }

    [Fact]
    public void Has_the_slope_of_its_formula()
    {
        // At 0 the derivative of x·s(1.702 x) is s(0) = 1/2.
        using DisposeScope scope = NewDisposeScope();
        using var gelu = new QuickGelu();
        Tensor x = tensor(0f, requires_grad: true);

        gelu.forward(x).backward();

        Assert.Equal(0.5, x.grad!.item<float>(), tolerance: 1e-6);
    }

    [Fact]
    public void Leaves_its_input_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using var gelu = new QuickGelu();
        Tensor x = tensor(2f);

        gelu.forward(x);

        Assert.Equal(2, x.item<float>());
    }
}
