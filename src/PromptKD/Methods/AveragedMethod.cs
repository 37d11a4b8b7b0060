using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>
/// A method that learns as it is, and is measured and saved as the mean of its values over its steps: over all of them
/// at first, exponentially weighted behind 1 / (1 − decay) of them. Ours.
/// </summary>
/// <remarks>
/// The values of the method's places and the other ones change places where it is measured. Whatever has decimals is
/// averaged, running statistics too: they belong to the weights that they were measured with.
/// </remarks>
internal sealed class AveragedMethod : ITrainedMethod
{
    private const string Prefix = "average/";
    private const string StepsName = "average_steps";

    private readonly ITrainedMethod _method;
    private readonly double _decay;
    private readonly IReadOnlyList<KeyValuePair<string, Tensor>> _places;

    // The average while the method learns; what it learned while it is measured.
    private readonly Tensor[] _others;
    private readonly Tensor _steps = zeros([], ScalarType.Int64).DetachFromDisposeScope();
    private bool _isMeasured;

    private AveragedMethod(ITrainedMethod method, double decay)
    {
        _method = method;
        _decay = decay;
        _places = [.. method.State.Where(named => named.Value.is_floating_point())];
        _others = [.. _places.Select(place => place.Value.detach().clone().DetachFromDisposeScope())];
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable => _method.Trainable;

    /// <summary>What the method keeps, as it learned it; the average, and the steps that it is over.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State
    {
        get
        {
            var others = _places.Zip(_others, (place, other) => (place.Key, Place: place.Value, Other: other))
                .ToDictionary(one => one.Key);
            return
            [
                .. _method.State.Select(named => KeyValuePair.Create(
                    named.Key, _isMeasured && others.TryGetValue(named.Key, out var one) ? one.Other : named.Value)),
                .. others.Values.Select(
                    one => KeyValuePair.Create(Prefix + one.Key, _isMeasured ? one.Place : one.Other)),
                KeyValuePair.Create(StepsName, _steps),
            ];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Deployed => _method.Deployed;

    /// <inheritdoc/>
    public FrozenModel Model => _method.Model;

    /// <inheritdoc/>
    public DistilledStudent? Distilled => _method.Distilled;

    /// <inheritdoc/>
    public int SmallestBatch => _method.SmallestBatch;

    /// <summary>The method itself, or behind its average.</summary>
    /// <param name="method">Taken over.</param>
    /// <param name="decay">Of the average, below 1; 0 for none.</param>
    public static ITrainedMethod Of(ITrainedMethod method, double decay) =>
        decay > 0 ? new AveragedMethod(method, decay) : method;

    /// <inheritdoc/>
    public DistilledStudent? Deploy(IReadOnlyList<string> classNames) => _method.Deploy(classNames);

    /// <inheritdoc/>
    public void ShareBatches(IProcessGroup processes) => _method.ShareBatches(processes);

    /// <inheritdoc/>
    public void SitOut() => _method.SitOut();

    /// <inheritdoc/>
    public double RateFactor(string name) => _method.RateFactor(name);

    /// <summary>Before the first step there is no average: it is measured as it is.</summary>
    public void SetTraining(bool training)
    {
        bool isMeasured = !training && _steps.item<long>() > 0;
        if (isMeasured != _isMeasured)
        {
            Exchange();
            _isMeasured = isMeasured;
        }

        _method.SetTraining(training);
    }

    /// <inheritdoc/>
    public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source) =>
        _method.LoadLearned(tensors, source);

    /// <summary>Takes the values of the step in.</summary>
    public void FinishStep()
    {
        _method.FinishStep();
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _steps.CountInPlace();
        double share = Math.Max(1 - _decay, 1.0 / _steps.item<long>());
        foreach ((KeyValuePair<string, Tensor> place, Tensor average) in _places.Zip(_others))
        {
            average.PlusInPlace((place.Value - average).Times(share));
        }
    }

    /// <inheritdoc/>
    public void FinishEpoch(int epoch, int epochs) => _method.FinishEpoch(epoch, epochs);

    /// <inheritdoc/>
    public ProjectorStart? Start(IImageFeatures studentFeatures) => _method.Start(studentFeatures);

    /// <inheritdoc/>
    public StepOutcome Loss(Batch batch) => _method.Loss(batch);

    /// <inheritdoc/>
    public Tensor Classify(Tensor images) => _method.Classify(images);

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_others, other => other.Dispose());
        _steps.Dispose();
        _method.Dispose();
    }

    private void Exchange()
    {
        using IDisposable noGradients = no_grad();
        foreach ((KeyValuePair<string, Tensor> place, Tensor other) in _places.Zip(_others))
        {
            using Tensor kept = place.Value.clone();
            place.Value.copy_(other);
            other.copy_(kept);
        }
    }
}
