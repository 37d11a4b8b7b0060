using PromptKD.Golden;

namespace PromptKD.Tests;

public sealed class ComparisonTests
{
    [Fact]
    public void Gives_the_largest_error_as_a_fraction_of_the_tolerance()
    {
        using DisposeScope scope = NewDisposeScope();

        var comparison = Comparison.Of("x", stack([tensor(1f), tensor(2.5f)]), stack([tensor(1.25f), tensor(2f)]), 2);

        Assert.Equal((0.5, 0.25, true), (comparison.Error, comparison.Fraction, comparison.Holds));
    }

    [Fact]
    public void Never_lets_pass_what_cannot_be_compared()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.False(Comparison.Of("shape", ones(2), ones(1, 2), tolerance: 9).Holds);
        Assert.False(Comparison.Of("tensor", tensor(float.NaN).expand(2), zeros(2), tolerance: 9).Holds);
        Assert.False(Comparison.Of("number", double.NaN, 0, tolerance: 9).Holds);
        Assert.False(Comparison.Of("expected", zeros(1), tensor(float.NaN).view(1), tolerance: 9).Holds);
    }

    [Fact]
    public void Asks_for_equality_where_there_is_no_tolerance()
    {
        Assert.True(Comparison.Of("x", 1, 1, tolerance: 0).Holds);
        Assert.False(Comparison.Of("x", 1, 1 + 1e-15, tolerance: 0).Holds);
        Assert.True(Comparison.Same("x", "a", "a").Holds);
        Assert.False(Comparison.Same("x", "a", "b").Holds);
    }
}
