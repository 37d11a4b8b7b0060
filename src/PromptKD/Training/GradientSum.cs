using PromptKD.Runtime.Processes;
using TorchSharp.Modules;

namespace PromptKD.Training;

/// <summary>
/// Sums the gradients of several processes, in one exchange a step, together with their losses and what they agreed on.
/// Ranks add in one order, so that all processes come to the same bytes.
/// </summary>
internal sealed class GradientSum : IDisposable
{
    private readonly IProcessGroup _processes;
    private readonly IReadOnlyList<KeyValuePair<string, Parameter>> _parameters;
    private readonly long _numbers;

    // All gradients, then whether each parameter has one, then the loss and the matches.
    private readonly Tensor _sent;

    /// <param name="processes">All of them.</param>
    /// <param name="parameters">What is learned.</param>
    public GradientSum(IProcessGroup processes, IReadOnlyList<KeyValuePair<string, Parameter>> parameters)
    {
        _processes = processes;
        _parameters = parameters;
        _numbers = parameters.Sum(named => named.Value.numel());
        _sent = zeros(_numbers + parameters.Count + 2, ScalarType.Float32, parameters[0].Value.device)
            .DetachFromDisposeScope();
    }

    /// <summary>Puts the sums in the places of this process's gradients.</summary>
    /// <param name="weighted">This process's part of the loss; null where it has no pictures.</param>
    /// <param name="matches">On how many of its pictures it agreed.</param>
    /// <returns>Those of all.</returns>
    public (double Loss, long Matches) Run(Tensor? weighted, Tensor? matches)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        float[] ends = new float[_parameters.Count + 2];
        long start = 0;
        for (int place = 0; place < _parameters.Count; place++)
        {
            Parameter parameter = _parameters[place].Value;
            Tensor part = _sent.narrow(0, start, parameter.numel());
            start += parameter.numel();
            Tensor? gradient = parameter.grad;
            ends[place] = gradient is null ? 0 : 1;
            if (gradient is null)
            {
                part.zero_();
            }
            else
            {
                part.copy_(gradient.reshape(-1));
            }
        }

        ends[^2] = weighted?.item<float>() ?? 0;
        ends[^1] = matches?.item<long>() ?? 0;
        Tensor last = _sent.narrow(0, _numbers, ends.Length);
        last.copy_(tensor(ends));
        _processes.Sum(_sent);
        ends = [.. last.cpu().data<float>()];
        PutBack(ends);
        return (ends[^2], (long)ends[^1]);
    }

    /// <inheritdoc/>
    public void Dispose() => _sent.Dispose();

    private void PutBack(ReadOnlySpan<float> present)
    {
        long start = 0;
        for (int place = 0; place < _parameters.Count; place++)
        {
            Parameter parameter = _parameters[place].Value;
            Tensor sum = _sent.narrow(0, start, parameter.numel()).view(parameter.shape);
            start += parameter.numel();

            // One that no process has stays without: nothing pulls at it.
            if (present[place] == 0)
            {
                continue;
            }

            if (parameter.grad is { } gradient)
            {
                gradient.copy_(sum);
            }
            else
            {
                parameter.grad = sum.to(parameter.dtype, parameter.device, copy: true).DetachFromDisposeScope();
            }
        }
    }
}
