using PromptKD.Methods;

namespace PromptKD.Tests.Methods;

public sealed class SelfRegulationTests
{
    [Fact]
    public void Matches_values_worked_by_hand()
    {
        // One image, two classes. Prompted (3/4, 1/4), plain (1/2, 1/2); the label is the second class.
        using DisposeScope scope = NewDisposeScope();
        var prompted = new ClipOutput(
            tensor(new[,] { { 1f, 0f } }),
            tensor(new[,] { { 1f, 0f }, { 0f, 1f } }),
            tensor(new[,] { { MathF.Log(3), 0f } }));
        var plain = new ClipOutput(
            tensor(new[,] { { 0f, 1f } }),
            tensor(new[,] { { 1f, 0f }, { 0.6f, 0.8f } }),
            tensor(new[,] { { 0f, 0f } }));

        SelfRegulation terms = SelfRegulation.Compute(
            prompted, plain, ones(1, ScalarType.Int64), textWeight: 25, imageWeight: 10);

        // −ln(1/4); (ln 2 − ln(3) / 2) / 2; 25 · (0.6 + 0.2) / 4; 10 · (1 + 1) / 2.
        double[] expected = [Math.Log(4), (Math.Log(2) - (Math.Log(3) / 2)) / 2, 5, 10];
        Assert.Equal(expected[0], terms.CrossEntropy.item<float>(), tolerance: 1e-6);
        Assert.Equal(expected[1], terms.Logits.item<float>(), tolerance: 1e-6);
        Assert.Equal(expected[2], terms.Texts.item<float>(), tolerance: 1e-5);
        Assert.Equal(expected[3], terms.Images.item<float>(), tolerance: 1e-5);
        Assert.Equal(expected.Sum(), terms.Total.item<float>(), tolerance: 1e-5);
    }
}
