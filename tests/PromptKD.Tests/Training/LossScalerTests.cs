using PromptKD.Runtime;
using PromptKD.Training;
using TorchSharp.Modules;

namespace PromptKD.Tests.Training;

/// <summary>
/// Numbers of torch.cuda.amp.GradScaler: 65536 at first, ×2 behind 2000 good steps, ×0.5 behind a bad one.
/// </summary>
public sealed class LossScalerTests
{
    [Fact]
    public void Gives_the_gradients_of_the_unscaled_loss()
    {
        // Loss w²: gradient 2w.
        using DisposeScope scope = NewDisposeScope();
        Parameter weight = nn.Parameter(tensor([1f, -3f])), unused = nn.Parameter(ones(1));
        var scaler = new LossScaler(isOn: true);

        Tensor scaled = scaler.Scale(weight.square().sum());
        scaled.backward();
        Assert.Equal(65536 * 10f, scaled.item<float>());
        Assert.Equal([65536 * 2f, 65536 * -6f], weight.grad!.data<float>());

        Assert.True(scaler.Unscale([KeyValuePair.Create("w", weight), KeyValuePair.Create("unused", unused)]));
        Assert.Equal([2f, -6f], weight.grad!.data<float>());
    }

    [Fact]
    public void A_gradient_that_float16_would_lose_comes_through()
    {
        // The smallest number of float16 is 2⁻²⁴; the gradient here is 2⁻³⁰ on its way.
        using DisposeScope scope = NewDisposeScope();
        float factor = MathF.Pow(2, -30);
        Parameter plain = nn.Parameter(ones(1)), scaled = nn.Parameter(ones(1));
        var scaler = new LossScaler(isOn: true);

        (plain.to(ScalarType.Float16).to(ScalarType.Float32) * factor).sum().backward();
        scaler.Scale((scaled.to(ScalarType.Float16).to(ScalarType.Float32) * factor).sum()).backward();
        scaler.Unscale([KeyValuePair.Create("w", scaled)]);

        Assert.Equal(0, plain.grad!.item<float>());
        Assert.Equal(factor, scaled.grad!.item<float>());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Says_when_a_gradient_is_not_finite(float gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter good = nn.Parameter(ones(2)), bad = nn.Parameter(ones(2));
        good.sum().backward();
        (bad * tensor([1f, gradient])).sum().backward();
        var scaler = new LossScaler(isOn: true);

        Assert.True(scaler.Unscale([KeyValuePair.Create("good", good)]));
        Assert.False(scaler.Unscale([KeyValuePair.Create("good", good), KeyValuePair.Create("bad", bad)]));
    }

    [Fact]
    public void Halves_behind_a_bad_step_and_doubles_behind_2000_good_ones_in_a_row()
    {
        using DisposeScope scope = NewDisposeScope();
        var scaler = new LossScaler(isOn: true);

        scaler.Update(finite: false);
        Assert.Equal((32768, 0), Read(scaler));
        Repeat(scaler, 1999);
        Assert.Equal((32768, 1999), Read(scaler));
        scaler.Update(finite: true);
        Assert.Equal((65536, 0), Read(scaler));
        Repeat(scaler, 1999);
        scaler.Update(finite: false);
        Assert.Equal((32768, 0), Read(scaler));
    }

    [Fact]
    public void Does_not_grow_beyond_float32()
    {
        using DisposeScope scope = NewDisposeScope();
        var scaler = new LossScaler(isOn: true);
        float largest = MathF.Pow(2, 127);
        scaler.LoadState(new Dictionary<string, Tensor>
        {
            ["loss_scale/scale"] = tensor(largest),
            ["loss_scale/good_steps"] = tensor(1999L),
        });

        scaler.Update(finite: true);

        Assert.Equal((largest, 0), Read(scaler));
    }

    [Fact]
    public void Continues_from_its_state_and_starts_afresh_without_one()
    {
        using DisposeScope scope = NewDisposeScope();
        LossScaler first = new(isOn: true), second = new(isOn: true);
        first.Update(finite: false);
        Repeat(first, 1500);

        second.LoadState(first.State.ToDictionary());
        Assert.Equal((32768, 1500), Read(second));
        Repeat(second, 500);
        Assert.Equal((65536, 0), Read(second));

        first.LoadState(new Dictionary<string, Tensor>());
        Assert.Equal((65536, 0), Read(first));
    }

    [Fact]
    public void Does_nothing_where_it_is_off()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter weight = nn.Parameter(ones(1));
        (weight * float.PositiveInfinity).sum().backward();
        Tensor loss = tensor(3f);
        var scaler = new LossScaler(isOn: false);

        scaler.Update(finite: false);

        Assert.Same(loss, scaler.Scale(loss));
        Assert.True(scaler.Unscale([KeyValuePair.Create("w", weight)]));
        Assert.Empty(scaler.State);
    }

    [Theory]
    [InlineData(DeviceType.CUDA, ScalarType.Float16, true)]
    [InlineData(DeviceType.CUDA, ScalarType.BFloat16, false)]
    [InlineData(DeviceType.CUDA, ScalarType.Float32, false)]
    [InlineData(DeviceType.CPU, ScalarType.Float16, false)]
    public void Is_on_for_float16_on_a_GPU_only(DeviceType device, ScalarType type, bool expected)
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal(expected, LossScaler.For(new ComputeTarget(new Device(device), type)).State.Count > 0);
    }

    [Fact]
    public void Frees_every_intermediate_tensor()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter weight = nn.Parameter(ones(2));
        weight.square().sum().backward();
        var scaler = new LossScaler(isOn: true);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        scaler.Unscale([KeyValuePair.Create("w", weight)]);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void Repeat(LossScaler scaler, int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            scaler.Update(finite: true);
        }
    }

    private static (float Scale, long GoodSteps) Read(LossScaler scaler)
    {
        var state = scaler.State.ToDictionary();
        return (state["loss_scale/scale"].item<float>(), state["loss_scale/good_steps"].item<long>());
    }
}
