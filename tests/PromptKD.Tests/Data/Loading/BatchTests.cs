using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;

namespace PromptKD.Tests.Data.Loading;

public sealed class BatchTests
{
    private static readonly Preprocessing s_small = new() { Size = 4 };
    private static readonly Preprocessing s_large = new() { Size = 6, ResizeMode = ResizeMode.Squash };

    [Fact]
    public void Gives_each_model_the_pixels_prepared_for_it()
    {
        using Batch batch = TwoModels();

        Assert.Same(batch.Images, batch.Pixels(new Preprocessing { Size = 4 }));
        Assert.Equal([2, 3, 6, 6], batch.Pixels(s_large with { }).shape);
    }

    [Fact]
    public void Refuses_pixels_that_were_not_prepared()
    {
        using Batch batch = TwoModels();

        var error = Assert.Throws<InvalidOperationException>(
            () => batch.Pixels(s_large with { ResizeMode = ResizeMode.Shortest }));

        Assert.Contains("ResizeMode = Shortest", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_one_tensor_gives_it_to_every_model()
    {
        using var batch = new Batch(zeros(2, 3, 4, 4), labels: null, [0, 1]);

        Assert.Same(batch.Images, batch.Pixels(s_large));
    }

    [Fact]
    public void Moves_every_tensor_and_outlives_the_scope_in_which_it_did()
    {
        using Batch batch = TwoModels();
        Tensor before = batch.Images;
        using (NewDisposeScope())
        {
            batch.MoveTo(CPU, ScalarType.BFloat16);
        }

        Assert.True(before.IsInvalid);
        Assert.Equal(ScalarType.BFloat16, batch.Images.dtype);
        Assert.Equal(ScalarType.BFloat16, batch.Pixels(s_large).dtype);
        Assert.Equal(ScalarType.Int64, batch.Labels!.dtype);
        Assert.Equal([7, 9], batch.Labels.data<long>());
    }

    [Fact]
    public void Copies_nothing_that_is_where_it_should_be()
    {
        using Batch batch = TwoModels();
        Tensor images = batch.Images, others = batch.Pixels(s_large);
        batch.MoveTo(CPU, ScalarType.Float32);
        Tensor labels = batch.Labels!;

        batch.MoveTo(CPU, ScalarType.Float32);

        Assert.Same(images, batch.Images);
        Assert.Same(others, batch.Pixels(s_large));
        Assert.Same(labels, batch.Labels);
    }

    [Fact]
    public void Frees_every_tensor_moved_or_not()
    {
        using DisposeScope scope = NewDisposeScope();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Batch batch = TwoModels();
        batch.MoveTo(CPU, ScalarType.Float64);
        Tensor[] all = [batch.Images, batch.Pixels(s_large), batch.Labels!];

        batch.Dispose();

        Assert.All(all, values => Assert.True(values.IsInvalid));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Moves_to_a_gpu()
    {
        Assert.SkipUnless(cuda.is_available(), "There is no GPU.");
        using Batch batch = TwoModels();

        batch.MoveTo(CUDA, ScalarType.Float16);

        Assert.Equal(DeviceType.CUDA, batch.Pixels(s_large).device_type);
        Assert.Equal(DeviceType.CUDA, batch.Labels!.device_type);
        Assert.Equal(1f, batch.Images.to(ScalarType.Float32).mean().item<float>());
    }

    // Labels of another type than int64, so that they have to move too.
    private static Batch TwoModels() => new(
        [s_small, s_large],
        [ones(2, 3, 4, 4), zeros(2, 3, 6, 6)],
        tensor([7, 9], ScalarType.Int32),
        [0, 1]);
}
