using System.Collections.Concurrent;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;

namespace PromptKD.Models.Towers.Layers;

/// <summary>
/// Normalises rows by the moments of a batch that several processes share. The gradient of a row depends on all rows
/// through the moments: the sums that this takes are those of all processes.
/// </summary>
internal sealed class SharedNormalisation : torch.autograd.SingleTensorFunction<SharedNormalisation>
{
    // TorchSharp makes one object for all calls, and keeps tensors alone from forward to backward: a group goes by
    // number.
    private static readonly ConcurrentDictionary<IProcessGroup, long> s_numbers = new();
    private static readonly ConcurrentDictionary<long, IProcessGroup> s_groups = new();
    private static long s_last;

    /// <inheritdoc/>
    public override string Name => nameof(SharedNormalisation);

    /// <summary>The rows, each feature with mean 0 and variance 1 over the whole batch.</summary>
    /// <param name="x">This process's rows, [rows, features], float32.</param>
    /// <param name="moments">Of all rows.</param>
    /// <param name="epsilon">Is added to the variance.</param>
    /// <param name="processes">All that have rows.</param>
    public static Tensor Apply(Tensor x, BatchMoments moments, double epsilon, IProcessGroup processes) =>
        apply(x, moments, epsilon, processes);

    /// <inheritdoc/>
    public override Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (Tensor)vars[0];
        var moments = (BatchMoments)vars[1];
        long group = s_numbers.GetOrAdd((IProcessGroup)vars[3], added =>
        {
            long number = Interlocked.Increment(ref s_last);
            s_groups[number] = added;
            return number;
        });
        using DisposeScope scope = NewDisposeScope();
        Tensor scale = moments.Variance.Minus(-(double)vars[2]).rsqrt();
        Tensor normalised = x.detach().to(ScalarType.Float64).sub(moments.Mean).mul(scale).to(ScalarType.Float32);
        Tensor kept = scale.to(ScalarType.Float32);
        Tensor numbers = tensor(new long[] { moments.Rows, group });
        ctx.save_for_backward([normalised, kept, numbers]);
        kept.MoveToOuterDisposeScope();
        numbers.MoveToOuterDisposeScope();
        return normalised.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(torch.autograd.AutogradContext ctx, Tensor grad_output)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> saved = ctx.get_saved_variables();
        (Tensor normalised, Tensor scale) = (saved[0], saved[1]);
        Tensor sums = stack([grad_output.sum(dim: 0), grad_output.mul(normalised).sum(dim: 0)]).contiguous();
        long[] numbers = [.. saved[2].data<long>()];
        s_groups[numbers[1]].Sum(sums);
        Tensor means = sums.Over(numbers[0]);
        Tensor gradient = grad_output.sub(means[0]).sub(normalised.mul(means[1])).mul(scale);
        return [gradient.MoveToOuterDisposeScope(), null!, null!, null!];
    }
}
