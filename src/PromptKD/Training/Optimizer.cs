using TorchSharp.Modules;

namespace PromptKD.Training;

/// <summary>
/// Stochastic gradient descent with momentum over named parameters, by torch's own implementation, with its state as
/// named tensors, so that a run can be stopped and continued.
/// </summary>
internal sealed class Optimizer : IDisposable
{
    private const string MomentumPrefix = "momentum/";

    private readonly IReadOnlyList<KeyValuePair<string, Parameter>> _parameters;
    private readonly SGD _sgd;

    /// <param name="parameters">What is learned; must already be on its device.</param>
    /// <param name="settings">Momentum and decay.</param>
    public Optimizer(IReadOnlyList<KeyValuePair<string, Parameter>> parameters, OptimizerSettings settings)
    {
        _parameters = parameters;
        _sgd = optim.SGD(
            parameters.Select(named => named.Value),
            learningRate: 0,
            momentum: settings.Momentum,
            dampening: settings.Dampening,
            weight_decay: settings.WeightDecay,
            nesterov: settings.Nesterov);
    }

    /// <summary>
    /// What the rule keeps from step to step: <c>momentum/…</c> with the name of each parameter that has taken a step.
    /// The tensors stay the optimizer's.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State =>
        [.. Momentum.Select(named => KeyValuePair.Create(MomentumPrefix + named.Key, named.Value))];

    /// <summary>The momentum among <see cref="State"/>, under the parameters' names: for Dassl's checkpoints.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Momentum =>
    [
        .. Slots().Where(slot => slot.State.momentum_buffer is not null)
            .Select(slot => KeyValuePair.Create(slot.Name, slot.State.momentum_buffer!)),
    ];

    /// <summary>The <see cref="State"/> that a <see cref="Momentum"/> is.</summary>
    public static IReadOnlyDictionary<string, Tensor> StateOf(IEnumerable<KeyValuePair<string, Tensor>> momentum) =>
        momentum.ToDictionary(named => MomentumPrefix + named.Key, named => named.Value);

    /// <summary>Updates every parameter from its gradient, then forgets the gradients.</summary>
    /// <param name="learningRate">For this step.</param>
    public void Step(double learningRate)
    {
        foreach (optim.ILearningRateController group in _sgd.ParamGroups)
        {
            group.LearningRate = learningRate;
        }

        _sgd.step();
        ForgetGradients();
    }

    /// <summary>Leaves a step out: forgets the gradients.</summary>
    public void ForgetGradients() => _sgd.zero_grad();

    /// <summary>
    /// Continues with a stored state, copied. A parameter without one starts afresh, as before its first step.
    /// </summary>
    /// <param name="state">As <see cref="State"/> gave it.</param>
    /// <exception cref="PromptKDException">It is the state of other parameters. Nothing is changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        RequireFitting(state);
        foreach ((string name, Parameter parameter, SGD.State place) in Slots())
        {
            place.momentum_buffer?.Dispose();
            place.momentum_buffer = state.TryGetValue(MomentumPrefix + name, out Tensor? stored)
                ? stored.to(parameter.dtype, parameter.device, copy: true).DetachFromDisposeScope()
                : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sgd.Dispose();

    private void RequireFitting(IReadOnlyDictionary<string, Tensor> state)
    {
        var parameters = _parameters.ToDictionary(named => MomentumPrefix + named.Key, named => named.Value);
        foreach ((string name, Tensor stored) in state)
        {
            if (!parameters.TryGetValue(name, out Parameter? parameter))
            {
                throw new PromptKDException(
                    $"The optimizer has no place for '{name}'. Is this the state of another method or rule?");
            }

            if (!stored.shape.SequenceEqual(parameter.shape))
            {
                throw new PromptKDException(
                    $"The optimizer's '{name}' is [{string.Join(", ", stored.shape)}], expected "
                    + $"[{string.Join(", ", parameter.shape)}]. Is this the state of a run with other settings?");
            }
        }
    }

    // torch lists the states in the order in which it was given the parameters.
    private IEnumerable<(string Name, Parameter Parameter, SGD.State State)> Slots() =>
        _parameters.Zip(_sgd.state_dict().State, (named, state) => (named.Key, named.Value, (SGD.State)state));
}

/// <summary>Settings of <see cref="Optimizer"/>.</summary>
/// <param name="Momentum">0.9 in all published settings.</param>
/// <param name="WeightDecay">5e-4: Dassl's default, which no published file changes.</param>
/// <param name="Dampening">0.</param>
/// <param name="Nesterov">Off.</param>
internal sealed record OptimizerSettings(
    double Momentum = 0.9, double WeightDecay = 5e-4, double Dampening = 0, bool Nesterov = false);
