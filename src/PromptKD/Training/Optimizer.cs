using PromptKD.Models.Weights;
using TorchSharp.Modules;

namespace PromptKD.Training;

/// <summary>
/// Updates named parameters by one of torch's own rules, with the rule's state as named tensors, so that a run can be
/// stopped and continued.
/// </summary>
internal sealed class Optimizer : IDisposable
{
    private const string MomentumPrefix = $"{UpdateRule.Momentum}/";

    // In the order of the rule's groups.
    private readonly IReadOnlyList<KeyValuePair<string, Parameter>> _parameters;
    private readonly OptimizerSettings _settings;
    private readonly UpdateRule _rule;
    private readonly Dictionary<string, Tensor> _copies = [];

    /// <param name="parameters">What is learned; must already be on its device.</param>
    /// <param name="settings">The rule, and its numbers.</param>
    /// <param name="rateFactor">
    /// Learning rate of a parameter, by its name, in units of the step's; null: 1 for all.
    /// </param>
    public Optimizer(
        IReadOnlyList<KeyValuePair<string, Parameter>> parameters,
        OptimizerSettings settings,
        Func<string, double>? rateFactor = null)
    {
        ILookup<double, KeyValuePair<string, Parameter>> groups =
            parameters.ToLookup(named => rateFactor?.Invoke(named.Key) ?? 1);
        _parameters = [.. groups.SelectMany(group => group)];
        _settings = settings;
        _rule = UpdateRule.Of([.. groups.Select(group => (group.Key, group.Select(named => named.Value)))], settings);
    }

    /// <summary>
    /// What the rule keeps from step to step, as <c>momentum/…</c> with the name of each parameter that has taken a
    /// step (sgd), or <c>mean/…</c>, <c>square/…</c> and <c>steps/…</c> (adam, adamw). The tensors stay the
    /// optimizer's.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State =>
    [
        .. Places().Select(place => KeyValuePair.Create(place.Name, Read(place.Name, place.Kept)))
            .Where(named => named.Value is not null)
            .Select(named => KeyValuePair.Create(named.Key, named.Value!)),
    ];

    /// <summary>The momentum among <see cref="State"/>, under the parameters' names: for Dassl's checkpoints.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Momentum =>
    [
        .. State.Where(named => named.Key.StartsWith(MomentumPrefix, StringComparison.Ordinal))
            .Select(named => KeyValuePair.Create(named.Key[MomentumPrefix.Length..], named.Value)),
    ];

    /// <summary>The <see cref="State"/> that a <see cref="Momentum"/> is.</summary>
    public static IReadOnlyDictionary<string, Tensor> StateOf(IEnumerable<KeyValuePair<string, Tensor>> momentum) =>
        momentum.ToDictionary(named => MomentumPrefix + named.Key, named => named.Value);

    /// <summary>Updates every parameter from its gradient, then forgets the gradients.</summary>
    /// <param name="learningRate">For this step.</param>
    public void Step(double learningRate)
    {
        if (_settings.ClipNorm > 0)
        {
            nn.utils.clip_grad_norm_(
                _parameters.Select(named => named.Value).Where(parameter => parameter.grad is not null),
                _settings.ClipNorm,
                norm_type: 2);
        }

        _rule.Step(learningRate);
        ForgetGradients();
    }

    /// <summary>Leaves a step out: forgets the gradients.</summary>
    public void ForgetGradients() => _rule.ForgetGradients();

    /// <summary>
    /// Continues with a stored state, copied. A parameter without one starts afresh, as before its first step.
    /// </summary>
    /// <param name="state">As <see cref="State"/> gave it.</param>
    /// <param name="mustBeWhole">Whether steps were taken, so that a value that is missing is an error.</param>
    /// <exception cref="PromptKDException">
    /// It is the state of other parameters or another rule, or not whole. Nothing is changed.
    /// </exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state, bool mustBeWhole = false)
    {
        (string Name, Parameter Parameter, UpdateRule.Kept Kept)[] places = [.. Places()];
        RequireFitting(state, places);
        bool keepsAll = _settings.Rule != "sgd" || _settings.Momentum != 0;
        if (mustBeWhole && keepsAll
            && places.Select(place => place.Name).FirstOrDefault(name => !state.ContainsKey(name)) is { } missing)
        {
            throw new PromptKDException(
                $"The checkpoint is damaged: it has no '{missing}'. Delete it: the run goes on from the one before.");
        }

        foreach ((string name, Parameter parameter, UpdateRule.Kept kept) in places)
        {
            kept.Write(state.TryGetValue(name, out Tensor? stored)
                ? stored.to(kept.Type ?? parameter.dtype, parameter.device, copy: true).DetachFromDisposeScope()
                : null);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor copy in _copies.Values)
        {
            copy.Dispose();
        }

        _rule.Dispose();
    }

    private static void RequireFitting(
        IReadOnlyDictionary<string, Tensor> state, (string Name, Parameter Parameter, UpdateRule.Kept Kept)[] places)
    {
        var known = places.ToDictionary(place => place.Name);
        foreach ((string name, Tensor stored) in state)
        {
            if (!known.TryGetValue(name, out (string Name, Parameter Parameter, UpdateRule.Kept Kept) place))
            {
                throw new PromptKDException(
                    $"The optimizer has no place for '{name}'. Is this the state of another method or rule?");
            }

            long[] expected = place.Kept.IsCopy ? [] : place.Parameter.shape;
            ScalarType type = place.Kept.Type ?? place.Parameter.dtype;
            if (!stored.shape.SequenceEqual(expected) || stored.dtype != type)
            {
                (string found, string wanted) = stored.dtype == type
                    ? (ShapeText.Of(stored.shape), ShapeText.Of(expected))
                    : ($"{stored.dtype}", $"{type}");
                throw new PromptKDException(
                    $"The optimizer's '{name}' is {found}, expected {wanted}. Is this the state of a run with other "
                    + "settings?");
            }
        }
    }

    // Torch lists the states in the order in which it was given the parameters.
    private IEnumerable<(string Name, Parameter Parameter, UpdateRule.Kept Kept)> Places() => _parameters
        .Zip(_rule.State, (named, kept) => kept.Select(one => ($"{one.Name}/{named.Key}", named.Value, one)))
        .SelectMany(places => places);

    private Tensor? Read(string name, UpdateRule.Kept kept)
    {
        Tensor? value = kept.Read();
        if (!kept.IsCopy)
        {
            return value;
        }

        _copies.GetValueOrDefault(name)?.Dispose();
        return _copies[name] = value!.DetachFromDisposeScope();
    }
}
