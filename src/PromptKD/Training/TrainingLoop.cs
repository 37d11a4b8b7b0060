using System.Diagnostics;
using System.Globalization;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Training;

/// <summary>
/// The one training loop. Methods differ only in <see cref="ITrainedMethod.Loss"/>. It saves itself now and then, and
/// a run that was cut off goes on from its last checkpoint to the same bytes as one that was not.
/// </summary>
internal sealed class TrainingLoop : IDisposable
{
    private readonly ITrainedMethod _method;
    private readonly TrainingPlan _plan;
    private readonly Optimizer _optimizer;
    private readonly Stopwatch _sinceCheckpoint = new();
    private readonly Stopwatch _sinceStart = new();
    private readonly Stopwatch _sinceStep = new();
    private TimeSpan _loading;
    private long _picturesSinceStart;

    /// <param name="method">What is trained. Not taken over.</param>
    /// <param name="plan">How, on what, and where checkpoints go.</param>
    public TrainingLoop(ITrainedMethod method, TrainingPlan plan)
    {
        _method = method;
        _plan = plan;
        _optimizer = new Optimizer(method.Trainable, plan.Optimizer);
    }

    /// <summary>How far the run has come.</summary>
    public TrainingPosition Position { get; private set; } = new();

    /// <summary>Goes on where a checkpoint stands.</summary>
    public void Restore(TrainingCheckpoint checkpoint)
    {
        using IDisposable noGradients = no_grad();
        foreach ((string name, Tensor place) in _method.State)
        {
            place.copy_(checkpoint.State[name]);
        }

        _optimizer.LoadState(Optimizer.StateOf(checkpoint.Momentum));
        Position = checkpoint.Position;
        foreach (SkippedPicture picture in Position.Skipped)
        {
            _plan.Skipped.Add(picture);
        }
    }

    /// <summary>Goes on behind an epoch of which only momentum and number are known.</summary>
    /// <param name="epoch">Finished epochs.</param>
    /// <param name="momentum">By parameter name; a parameter without one starts afresh.</param>
    public void RestoreEpoch(int epoch, IReadOnlyDictionary<string, Tensor> momentum)
    {
        using DisposeScope scope = NewDisposeScope();
        _optimizer.LoadState(Optimizer.StateOf(_method.Trainable
            .Where(named => momentum.ContainsKey(named.Key))
            .Select(named => KeyValuePair.Create(named.Key, momentum[named.Key].view(named.Value.shape)))));
        Position = new TrainingPosition { Epoch = epoch };
    }

    /// <summary>Trains to the last epoch.</summary>
    /// <param name="cancellation">Stops behind the running step, or amid a validation, with a checkpoint.</param>
    /// <exception cref="OperationCanceledException">It was stopped; the same run can be continued.</exception>
    /// <exception cref="PromptKDException">The loss is no longer finite, or there is nothing to learn from.</exception>
    public void Run(CancellationToken cancellation)
    {
        _sinceStart.Start();
        _sinceCheckpoint.Start();
        try
        {
            while (Position.Epoch < _plan.Epochs)
            {
                RunEpoch(cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            Save();
            throw;
        }
    }

    /// <summary>Forward, backward, update. Every tensor made on the way is freed when it returns.</summary>
    /// <returns>The loss, and the pictures on which the model already agreed.</returns>
    /// <exception cref="PromptKDException">The loss is not a number or infinite.</exception>
    public (double Loss, long Matches) Step(Batch batch, double learningRate, Action? beforeUpdate = null)
    {
        using var pause = CollectionPause.Begin();
        using DisposeScope scope = NewDisposeScope();
        StepOutcome outcome = _method.Loss(batch);
        double loss = outcome.Loss.item<float>();
        if (!double.IsFinite(loss))
        {
            throw new PromptKDException(string.Create(
                CultureInfo.InvariantCulture,
                $"The loss became {loss} in epoch {Position.Epoch + 1}, batch {Position.Batch + 1}. ")
                + "Lower --lr or --kd-weight, or use --precision fp32.");
        }

        outcome.Backward();
        beforeUpdate?.Invoke();
        _optimizer.Step(learningRate);
        return (loss, outcome.Matches.item<long>());
    }

    /// <inheritdoc/>
    public void Dispose() => _optimizer.Dispose();

    private void RunEpoch(CancellationToken cancellation)
    {
        _method.SetTraining(true);
        double learningRate = _plan.Schedule.Rate(Position.Epoch);
        _sinceStep.Restart();
        foreach (Batch batch in _plan.Batches(Position.Epoch, Position.Batch))
        {
            using (batch)
            {
                _loading = _sinceStep.Elapsed;
                Learn(batch, learningRate);
            }

            cancellation.ThrowIfCancellationRequested();
            if (_sinceCheckpoint.Elapsed >= _plan.CheckpointInterval)
            {
                Save();
            }
        }

        FinishEpoch(learningRate, cancellation);
    }

    private void Learn(Batch batch, double learningRate)
    {
        // Pictures that could not be read leave a batch smaller; what is left may be too few for the method.
        int pictures = batch.Items.Count;
        (double loss, long matches) = pictures >= _method.SmallestBatch ? Step(batch, learningRate) : (0, 0);
        pictures = pictures >= _method.SmallestBatch ? pictures : 0;
        _picturesSinceStart += pictures;
        Position = Position with
        {
            Batch = batch.Number + 1,
            LossSum = Position.LossSum + (loss * pictures),
            Matches = Position.Matches + matches,
            Pictures = Position.Pictures + pictures,
        };
        _plan.Progress?.Report(DescribeProgress(loss, learningRate));
        _sinceStep.Restart();
    }

    private void FinishEpoch(double learningRate, CancellationToken cancellation)
    {
        if (Position.Pictures == 0)
        {
            throw new PromptKDException(
                $"No batch of epoch {Position.Epoch + 1} had {_method.SmallestBatch} readable pictures. "
                + $"Give more pictures, and a --batch-size of {_method.SmallestBatch} or more.");
        }

        _method.FinishEpoch(Position.Epoch + 1, _plan.Epochs);
        _method.SetTraining(false);
        var record = new EpochRecord
        {
            Epoch = Position.Epoch + 1,
            Loss = Position.LossSum / Position.Pictures,
            Agreement = (double)Position.Matches / Position.Pictures,
            LearningRate = learningRate,
            Pictures = Position.Pictures,
            Validation = _plan.Validate?.Invoke(Position.Epoch, cancellation),
        };
        Position = new TrainingPosition { Epoch = Position.Epoch + 1, History = [.. Position.History, record] };
        _plan.EpochEnding?.Invoke(Position.History, _optimizer.Momentum);
        Save();
        _plan.EpochDone?.Invoke(Position.History);
    }

    private void Save()
    {
        Position = Position with { Skipped = [.. _plan.Skipped] };
        TrainingCheckpoint.Write(
            _plan.CheckpointPath, Position, _plan.Inputs, _method.State, _optimizer.Momentum);
        _sinceCheckpoint.Restart();
    }

    private TrainingProgress DescribeProgress(double loss, double learningRate)
    {
        double rate = _picturesSinceStart / Math.Max(_sinceStart.Elapsed.TotalSeconds, 1e-9);
        double done = Position.Epoch + ((double)Position.Batch / _plan.BatchesPerEpoch);
        double picturesLeft = (_plan.Epochs - done) * _plan.PicturesPerEpoch;
        double pictures = Math.Max(Position.Pictures, 1);
        return new TrainingProgress(
            Position.Epoch + 1,
            _plan.Epochs,
            Position.Batch,
            _plan.BatchesPerEpoch,
            loss,
            Position.LossSum / pictures,
            Position.Matches / pictures,
            learningRate,
            rate,
            TimeSpan.FromSeconds(Math.Min(picturesLeft / Math.Max(rate, 1e-9), TimeSpan.MaxValue.TotalSeconds / 2)))
        {
            Duration = _sinceStep.Elapsed,
            Loading = _loading,
        };
    }
}
