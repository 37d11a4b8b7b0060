using System.Globalization;
using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;

namespace PromptKD.Training;

/// <summary>
/// One step of training: pixels to the device, forward, backward, sum, update, average. A device is waited for once:
/// for the loss, behind the backward pass.
/// </summary>
internal sealed class TrainingStep : IDisposable
{
    private const string MemoryAdvice =
        "Lower ‹batch-size›, or ‹memory› (TRAIN.MEMORY) where text prompts are learned; a smaller CLIP or "
        + "‹precision› bf16 takes less, too.";

    private readonly ITrainedMethod _method;
    private readonly TrainingPlan _plan;
    private readonly LossScaler _scaler;
    private readonly GradientSum? _together;
    private Tensor? _matches;

    /// <param name="method">What is trained. Not taken over.</param>
    /// <param name="plan">Where, with which optimizer.</param>
    public TrainingStep(ITrainedMethod method, TrainingPlan plan)
    {
        _method = method;
        _plan = plan;
        Optimizer = new Optimizer(method.Trainable, plan.Optimizer, method.RateFactor);
        _scaler = LossScaler.For(plan.Target);
        _together = plan.Processes.IsAlone() ? null : new GradientSum(plan.Processes, method.Trainable);
    }

    /// <summary>Updates what is learned.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>What an interrupted run must keep beside the method's own state, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State => [.. Optimizer.State, .. _scaler.State];

    /// <summary>Goes on with what <see cref="State"/> gave.</summary>
    /// <param name="state">The values.</param>
    /// <param name="mustBeWhole">Whether steps have been taken, so that every parameter has its momentum.</param>
    /// <exception cref="PromptKDException">A value is missing, too many, or of another shape or type.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state, bool mustBeWhole)
    {
        // Scaled steps may have been left out, all of them.
        Optimizer.LoadState(
            state.Where(named => !LossScaler.IsItsName(named.Key)).ToDictionary(), mustBeWhole && !_scaler.IsOn);
        _scaler.LoadState(state);
    }

    /// <summary>Every tensor made on the way is freed when it returns.</summary>
    /// <param name="step">Its batch is moved to the device.</param>
    /// <param name="learningRate">For this step.</param>
    /// <param name="epoch">The running one, counted from 1, for messages.</param>
    /// <param name="beforeUpdate">Told when all gradients are there; null for nobody.</param>
    /// <returns>The loss of the batch, not scaled.</returns>
    /// <exception cref="PromptKDException">The loss is no number any more, or memory is too small.</exception>
    public double Take(SharedStep step, double learningRate, int epoch, Action? beforeUpdate = null)
    {
        using DisposeScope scope = NewDisposeScope();
        return OutOfMemory.Explain(() => TakeInScope(step, learningRate, epoch, beforeUpdate), MemoryAdvice);
    }

    /// <summary>
    /// Pictures on which the model agreed with what was asked of it, since this was last read. Waits for the device.
    /// </summary>
    public long ReadMatches()
    {
        long matches = _matches?.item<long>() ?? 0;
        _matches?.Dispose();
        _matches = null;
        return matches;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _matches?.Dispose();
        _together?.Dispose();
        Optimizer.Dispose();
    }

    private double TakeInScope(SharedStep step, double learningRate, int epoch, Action? beforeUpdate)
    {
        (double loss, Tensor matches) = _together is null
            ? Learn(step.Batch!, weight: 1)
            : LearnTogether(_together, step);
        if (!double.IsFinite(loss))
        {
            throw new PromptKDException(string.Create(
                CultureInfo.InvariantCulture,
                $"The loss became {loss} in {(_plan.IsStart ? "pass" : "epoch")} {epoch}, batch {step.Number + 1}: "
                + $"{Divergence.Advice(learningRate, _plan.IsStart)}"));
        }

        bool isFinite = _scaler.Unscale(_method.Trainable);
        _scaler.Update(isFinite);
        beforeUpdate?.Invoke();
        if (isFinite)
        {
            Optimizer.Step(learningRate);
            _method.FinishStep();
        }
        else
        {
            Optimizer.ForgetGradients();
        }

        Count(matches);
        return loss;
    }

    // Forward and backward.
    private (double Loss, Tensor Matches) Learn(Batch batch, double weight)
    {
        StepOutcome outcome = Weigh(batch, weight);
        return (outcome.Loss.item<float>(), outcome.Matches);
    }

    private (double Loss, Tensor Matches) LearnTogether(GradientSum together, SharedStep step)
    {
        StepOutcome? outcome = step.Batch is { } batch ? Weigh(batch, step.Weight) : null;
        if (outcome is null)
        {
            _method.SitOut();
        }

        (double loss, long matches) = together.Run(outcome?.Loss.Times(step.Weight), outcome?.Matches);
        return (loss, tensor(matches));
    }

    private StepOutcome Weigh(Batch batch, double weight)
    {
        batch.MoveTo(_plan.Target.Device, _plan.Target.Type);
        StepOutcome outcome = _method.Loss(batch);
        outcome.Backward(_scaler.Scale(weight == 1 ? outcome.Loss : outcome.Loss.Times(weight)));
        return outcome;
    }

    private void Count(Tensor matches)
    {
        Tensor sum = _matches is null ? matches.clone() : _matches.Plus(matches);
        _matches?.Dispose();
        _matches = sum.DetachFromDisposeScope();
    }
}
