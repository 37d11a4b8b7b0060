using PretrainDemo;

namespace PromptKD.Tests.Tools;

public sealed class InfoNceTests
{
    [Fact]
    public void Matches_a_value_worked_by_hand()
    {
        // Unit vectors: image 1 = (1, 0), image 2 = (0, 1); text 1 = (1, 0), text 2 = (0.6, 0.8). With scale 1 the
        // cosines are [[1, 0.6], [0, 0.8]]. Lengths must not matter, so some rows are longer.
        using DisposeScope scope = NewDisposeScope();
        Tensor images = tensor(new[,] { { 2f, 0f }, { 0f, 1f } });
        Tensor texts = tensor(new[,] { { 1f, 0f }, { 3f, 4f } });

        double loss = InfoNce.Compute(images, texts, tensor(1f)).item<float>();

        double byImage = (Math.Log(1 + Math.Exp(0.6 - 1)) + Math.Log(1 + Math.Exp(0 - 0.8))) / 2;
        double byText = (Math.Log(1 + Math.Exp(0 - 1)) + Math.Log(1 + Math.Exp(0.6 - 0.8))) / 2;
        Assert.Equal((byImage + byText) / 2, loss, tolerance: 1e-6);
    }

    [Fact]
    public void Spreads_the_choice_over_all_that_matches()
    {
        // The cosines are [[1, 0.6], [0, 0.8]], as above. Text 2 is true of both images: image 1 is to choose either
        // text with probability 1/2, and text 2 either image; image 2 and text 1 have one each.
        using DisposeScope scope = NewDisposeScope();
        Tensor images = tensor(new[,] { { 2f, 0f }, { 0f, 1f } });
        Tensor texts = tensor(new[,] { { 1f, 0f }, { 3f, 4f } });
        Tensor matches = tensor(new[,] { { true, true }, { false, true } });

        double loss = InfoNce.Compute(images, texts, tensor(1f), matches).item<float>();

        double byImage = (((Cross(1, 0.6) + Cross(0.6, 1)) / 2) + Cross(0.8, 0)) / 2;
        double byText = (Cross(1, 0) + ((Cross(0.6, 0.8) + Cross(0.8, 0.6)) / 2)) / 2;
        Assert.Equal((byImage + byText) / 2, loss, tolerance: 1e-6);

        static double Cross(double right, double wrong) => Math.Log(1 + Math.Exp(wrong - right));
    }

    [Fact]
    public void Is_the_logarithm_of_the_batch_size_when_all_look_alike()
    {
        using DisposeScope scope = NewDisposeScope();

        float loss = InfoNce.Compute(ones(8, 4), ones(8, 4), tensor(14f)).item<float>();

        Assert.Equal(MathF.Log(8), loss, tolerance: 1e-5f);
    }

    [Fact]
    public void Frees_every_intermediate_tensor()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = randn(4, 10);
        Tensor one = tensor(1f);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        InfoNce.Compute(features, features, one).Dispose();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
