using System.Globalization;
using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Training;

/// <summary>
/// One step of training: pixels to the device, forward, backward, reduce, update, average. A device is waited for once:
/// for the loss, behind the backward pass.
/// </summary>
internal sealed class TrainingStep : IDisposable
{
    private const string MemoryAdvice =
        "Lower --batch-size, or --memory (TRAIN.MEMORY) where text prompts are learned; a smaller CLIP or "
        + "--precision bf16 takes less, too.";

    private readonly ITrainedMethod _method;
    private readonly TrainingPlan _plan;
    private readonly LossScaler _scaler;
    private Tensor? _matches;

    /// <param name="method">What is trained. Not taken over.</param>
    /// <param name="plan">Where, with which optimizer.</param>
    public TrainingStep(ITrainedMethod method, TrainingPlan plan)
    {
        _method = method;
        _plan = plan;
        Optimizer = new Optimizer(method.Trainable, plan.Optimizer, method.RateFactor);
        _scaler = LossScaler.For(plan.Target);
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
    /// <param name="batch">Is moved to the device.</param>
    /// <param name="learningRate">For this step.</param>
    /// <param name="epoch">The running one, counted from 1, for messages.</param>
    /// <param name="beforeUpdate">Told when all gradients are there; null for nobody.</param>
    /// <returns>The loss of the batch, not scaled.</returns>
    /// <exception cref="PromptKDException">The loss is no number any more, or memory is too small.</exception>
    public double Take(Batch batch, double learningRate, int epoch, Action? beforeUpdate = null)
    {
        using DisposeScope scope = NewDisposeScope();
        return OutOfMemory.Explain(() => TakeInScope(batch, learningRate, epoch, beforeUpdate), MemoryAdvice);
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
        Optimizer.Dispose();
    }

    private double TakeInScope(Batch batch, double learningRate, int epoch, Action? beforeUpdate)
    {
        batch.MoveTo(_plan.Target.Device, _plan.Target.Type);
        StepOutcome outcome = _method.Loss(batch);
        outcome.Backward(_scaler.Scale(outcome.Loss));
        _plan.Reduce?.Invoke(_method.Trainable);
        double loss = outcome.Loss.item<float>();
        if (!double.IsFinite(loss))
        {
            throw new PromptKDException(string.Create(
                CultureInfo.InvariantCulture,
                $"The loss became {loss} in epoch {epoch}, batch {batch.Number + 1}: {Divergence.Advice(learningRate)}"));
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

        Count(outcome.Matches);
        return loss;
    }

    private void Count(Tensor matches)
    {
        Tensor sum = _matches is null ? matches.clone() : _matches.Plus(matches);
        _matches?.Dispose();
        _matches = sum.DetachFromDisposeScope();
    }
}
