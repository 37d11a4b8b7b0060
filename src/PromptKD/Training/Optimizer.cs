using TorchSharp.Modules;

namespace PromptKD.Training;

/// <summary>
/// Stochastic gradient descent with momentum over named parameters, by torch's own implementation, with its momentum
/// within reach, so that a run can be stopped and continued.
/// </summary>
internal sealed class Optimizer : IDisposable
{
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

    /// <summary>Momentum of each parameter that has taken a step, under the parameter's name.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Momentum =>
    [
        .. States().Where(named => named.Value.momentum_buffer is not null)
            .Select(named => KeyValuePair.Create(named.Key, named.Value.momentum_buffer!)),
    ];

    /// <summary>Updates every parameter from its gradient, then forgets the gradients.</summary>
    /// <param name="learningRate">For this step.</param>
    public void Step(double learningRate)
    {
        foreach (optim.ILearningRateController group in _sgd.ParamGroups)
        {
            group.LearningRate = learningRate;
        }

        _sgd.step();
        _sgd.zero_grad();
    }

    /// <summary>
    /// Continues with stored momentum. A parameter without one starts afresh, as before its first step.
    /// </summary>
    /// <param name="momentum">As <see cref="Momentum"/> gave it.</param>
    public void LoadMomentum(IReadOnlyDictionary<string, Tensor> momentum)
    {
        foreach ((string name, SGD.State state) in States())
        {
            state.momentum_buffer?.Dispose();
            state.momentum_buffer = momentum.TryGetValue(name, out Tensor? stored)
                ? stored.to(_parameters[0].Value.device, copy: true).DetachFromDisposeScope()
                : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sgd.Dispose();

    // torch lists the states in the order in which it was given the parameters.
    private IEnumerable<KeyValuePair<string, SGD.State>> States() =>
        _parameters.Zip(_sgd.state_dict().State, (named, state) =>
            KeyValuePair.Create(named.Key, (SGD.State)state));
}

/// <summary>Settings of <see cref="Optimizer"/>.</summary>
/// <param name="Momentum">0.9 in the whole family.</param>
/// <param name="WeightDecay">5e-4: Dassl's default, which no file of the family changes.</param>
/// <param name="Dampening">0.</param>
/// <param name="Nesterov">Off.</param>
internal sealed record OptimizerSettings(
    double Momentum = 0.9, double WeightDecay = 5e-4, double Dampening = 0, bool Nesterov = false);
