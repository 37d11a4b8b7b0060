using PromptKD.Data.Loading;
using PromptKD.Methods;

namespace PromptKD.Tests.Methods;

public sealed class FeatureNoiseTests
{
    private static readonly FeatureNoise s_noise = new(0.5, Seed: 7);

    [Fact]
    public void Of_no_length_leaves_features_as_they_are()
    {
        using Tensor features = TinyClip.Random(1, 3, 5);
        using Batch batch = Of(0, 1, 2);

        using Tensor left = FeatureNoise.None.On(features, batch);

        TensorAssert.SameBytes(features, left);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(7)]
    public void A_picture_gets_the_same_in_whichever_batch(int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = ones(4, width);
        using Batch all = Of(3, 0, 2, 9), some = Of(2, 3);

        Tensor whole = s_noise.On(features, all), part = s_noise.On(features[..2], some);

        TensorAssert.SameBytes(whole[2], part[0]);
        TensorAssert.SameBytes(whole[0], part[1]);
    }

    [Fact]
    public void Pictures_epochs_and_seeds_have_each_its_own()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = ones(1, 6);
        Tensor[] all =
        [
            On(s_noise, picture: 1, epoch: 0), On(s_noise, picture: 0, epoch: 0), On(s_noise, picture: 0, epoch: 1),
            On(s_noise with { Seed = 8 }, picture: 0, epoch: 0),
        ];

        Assert.Equal(all.Length, all.Select(one => string.Join(" ", one.data<float>().ToArray())).Distinct().Count());

        Tensor On(FeatureNoise noise, int picture, int epoch)
        {
            using var batch = new Batch([], [], labels: null, [picture]) { Epoch = epoch };
            return noise.On(features, batch);
        }
    }

    // A normal number is within one deviation with 68.27 %, and within two with 95.45 %.
    [Fact]
    public void Is_normal_and_as_long_as_a_part_of_the_features()
    {
        const int Pictures = 4_000, Width = 32;
        using DisposeScope scope = NewDisposeScope();
        Tensor lengths = cat([full(Pictures / 2, 1, 2f), full(Pictures / 2, 1, 6f)]);
        Tensor features = nn.functional.normalize(ones(Pictures, Width), dim: -1).mul(lengths);
        using Batch batch = Of([.. Enumerable.Range(0, Pictures)]);

        Tensor deviations = (s_noise.On(features, batch) - features) / (0.5 * lengths / Math.Sqrt(Width));

        Assert.InRange(Mean(deviations), -0.01, 0.01);
        Assert.InRange(Mean(deviations.square()), 0.99, 1.01);
        Assert.InRange(Mean(deviations.abs().lt(1)), 0.6777, 0.6877);
        Assert.InRange(Mean(deviations.abs().lt(2)), 0.9495, 0.9595);
        Assert.InRange(Mean(deviations[.., 0] * deviations[.., 1]), -0.06, 0.06);
    }

    [Fact]
    public void Gradients_go_through_it_as_if_it_were_not_there()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = TinyClip.Random(2, 2, 4).requires_grad_();
        using Batch batch = Of(0, 1);

        s_noise.On(features, batch).sum().backward();

        TensorAssert.SameBytes(ones(2, 4), features.grad!);
    }

    private static Batch Of(params int[] pictures) => new([], [], labels: null, pictures);

    private static double Mean(Tensor numbers) => numbers.to(ScalarType.Float64).mean().item<double>();
}
