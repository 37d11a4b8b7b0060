using PromptKD.Runtime;
using TorchSharp.Modules;

namespace PromptKD.Training;

/// <summary>
/// One of torch's optimizers, with what it keeps of each parameter under plain names: <c>momentum</c> of sgd;
/// <c>mean</c>, <c>square</c> and <c>steps</c> of adam and adamw.
/// </summary>
internal sealed class UpdateRule : IDisposable
{
    /// <summary>The name of sgd's only value.</summary>
    public const string Momentum = "momentum";

    private readonly OptimizerHelper _torchs;
    private readonly double[] _factors;
    private readonly Func<OptimizerState, IReadOnlyList<Kept>> _kept;

    private UpdateRule(
        OptimizerHelper torchs,
        IReadOnlyList<(double Factor, IEnumerable<Parameter> Parameters)> groups,
        Func<OptimizerState, IReadOnlyList<Kept>> kept)
    {
        _torchs = torchs;
        _factors = [.. groups.Select(group => group.Factor)];
        _kept = kept;
    }

    /// <summary>What is kept of each parameter, in the order of the parameters.</summary>
    public IReadOnlyList<IReadOnlyList<Kept>> State => [.. _torchs.state_dict().State.Select(_kept)];

    /// <summary>The rule of a name.</summary>
    /// <param name="groups">
    /// What is learned, already on its device, with each group's learning rate in units of the step's.
    /// </param>
    /// <param name="settings">Names the rule.</param>
    /// <exception cref="ArgumentException">There is no such rule.</exception>
    public static UpdateRule Of(
        IReadOnlyList<(double Factor, IEnumerable<Parameter> Parameters)> groups, OptimizerSettings settings) =>
        settings.Rule switch
        {
            "adam" => new UpdateRule(
                optim.Adam(groups.Select(group => new Adam.ParamGroup(
                    group.Parameters, lr: 0, settings.Beta1, settings.Beta2, weight_decay: settings.WeightDecay))),
                groups,
                state => OfAdam((Adam.State)state)),
            "adamw" => new UpdateRule(
                optim.AdamW(groups.Select(group => new AdamW.ParamGroup(
                    group.Parameters, lr: 0, settings.Beta1, settings.Beta2, weight_decay: settings.WeightDecay))),
                groups,
                state => OfAdamW((AdamW.State)state)),
            "sgd" => new UpdateRule(
                optim.SGD(
                    groups.Select(group => new SGD.ParamGroup(
                        group.Parameters,
                        lr: 0,
                        momentum: settings.Momentum,
                        dampening: settings.Dampening,
                        weight_decay: settings.WeightDecay,
                        nesterov: settings.Nesterov)),
                    learningRate: 0),
                groups,
                state => OfSgd((SGD.State)state)),
            string other => throw new ArgumentException($"There is no rule '{other}'.", nameof(settings)),
        };

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="learningRate">For this step; each group's is its factor of it.</param>
    public void Step(double learningRate)
    {
        foreach ((optim.ILearningRateController group, double factor) in _torchs.ParamGroups.Zip(_factors))
        {
            group.LearningRate = learningRate * factor;
        }

        // Torch's optimizers compute with scalars that nothing holds.
        using var pause = CollectionPause.Begin();
        _torchs.step();
    }

    /// <summary>Forgets the gradients.</summary>
    public void ForgetGradients() => _torchs.zero_grad();

    /// <inheritdoc/>
    public void Dispose() => _torchs.Dispose();

    // Before a parameter's first step there is no momentum.
    private static IReadOnlyList<Kept> OfSgd(SGD.State state) =>
    [
        new(Momentum, () => state.momentum_buffer, value =>
        {
            state.momentum_buffer?.Dispose();
            state.momentum_buffer = value;
        }),
    ];

    private static IReadOnlyList<Kept> OfAdam(Adam.State state) => OfMoments(
        state.exp_avg, state.exp_avg_sq, () => state.step, steps => state.step = steps);

    private static IReadOnlyList<Kept> OfAdamW(AdamW.State state) => OfMoments(
        state.exp_avg, state.exp_avg_sq, () => state.step, steps => state.step = steps);

    // Torch counts steps in a number of its own; as a tensor it is made anew for whoever asks.
    private static IReadOnlyList<Kept> OfMoments(Tensor mean, Tensor square, Func<long> steps, Action<long> setSteps) =>
    [
        new("mean", () => mean, value => Replace(mean, value)),
        new("square", () => square, value => Replace(square, value)),
        new("steps", () => tensor(steps()), value =>
        {
            setSteps(value?.item<long>() ?? 0);
            value?.Dispose();
        })
        {
            Type = ScalarType.Int64,
            IsCopy = true,
        },
    ];

    private static void Replace(Tensor place, Tensor? value)
    {
        using IDisposable noGradients = no_grad();
        if (value is null)
        {
            place.zero_();
            return;
        }

        place.copy_(value);
        value.Dispose();
    }

    /// <summary>A value that a rule keeps of a parameter.</summary>
    /// <param name="Name">Which of the parameter's values.</param>
    /// <param name="Read">The value; null where there is none yet.</param>
    /// <param name="Write">Takes a value over; null to begin afresh.</param>
    internal sealed record Kept(string Name, Func<Tensor?> Read, Action<Tensor?> Write)
    {
        /// <summary>Its element type, where that is not the parameter's.</summary>
        public ScalarType? Type { get; init; }

        /// <summary>Whether <see cref="Read"/> gives a tensor that its caller frees; then it is a scalar.</summary>
        public bool IsCopy { get; init; }
    }
}
