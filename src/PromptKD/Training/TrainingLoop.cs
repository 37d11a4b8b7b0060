using System.Diagnostics;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Methods;
using PromptKD.Models;
using PromptKD.Runtime.Processes;

namespace PromptKD.Training;

/// <summary>
/// The one training loop. Methods differ only in <see cref="ITrainedMethod.Loss"/>. It saves itself now and then, and
/// a run that was cut off goes on from its last checkpoint to the same bytes as one that was not.
/// </summary>
/// <remarks>
/// An epoch ends in one order: it is closed (the method is told of its end, once), measured (validation, then held-out
/// pictures), written for others, saved, and told. A stop before it is saved goes on from where it was: a closed epoch
/// is not closed again.
/// </remarks>
internal sealed class TrainingLoop : IDisposable
{
    private readonly ITrainedMethod _method;
    private readonly TrainingStep _step;
    private readonly SharedSteps _steps;
    private readonly Stopwatch _sinceCheckpoint = new();
    private readonly TrainingPace _pace = new();

    // Whether the file of the last checkpoint is whole, and worth keeping beside a newer one.
    private bool _lastIsWhole;

    /// <param name="method">What is trained. Not taken over.</param>
    /// <param name="plan">How, on what, and where checkpoints go.</param>
    public TrainingLoop(ITrainedMethod method, TrainingPlan plan)
    {
        _method = method;
        Plan = plan;
        LearnedFrom = plan.Inputs;
        method.ShareBatches(plan.Processes);
        _step = new TrainingStep(method, plan);
        _steps = new SharedSteps(
            plan.Processes, Save, () => _sinceCheckpoint.Elapsed >= plan.CheckpointInterval, plan.Awaited);
    }

    /// <summary>How the method is trained.</summary>
    public TrainingPlan Plan { get; }

    /// <summary>How far the run has come.</summary>
    public TrainingPosition Position { get; private set; } = new();

    /// <summary>
    /// A digest for each input that was learned from: those of the checkpoint where that stands behind the last epoch.
    /// </summary>
    public IReadOnlyDictionary<string, string> LearnedFrom { get; private set; }

    /// <summary>Updates what is learned.</summary>
    public Optimizer Optimizer => _step.Optimizer;

    /// <summary>Goes on where a checkpoint stands.</summary>
    /// <param name="checkpoint">Where to go on.</param>
    /// <param name="isStillThere">
    /// Whether a picture that could not be read is one of those that are learned from now; null: all are.
    /// </param>
    /// <param name="isOwn">Whether it lies where this run writes its own.</param>
    /// <exception cref="PromptKDException">It is of another method or other sizes, or diverged.</exception>
    public void Restore(
        TrainingCheckpoint checkpoint, Func<SkippedPicture, bool>? isStillThere = null, bool isOwn = true)
    {
        checkpoint.Position.RefuseBeyond(Plan.Epochs, Plan.CheckpointPath);
        checkpoint.CopyState(_method.State);
        bool hasStepped = checkpoint.Position.Pictures > 0 || checkpoint.Position.History.Count > 0;
        _step.LoadState(checkpoint.OptimizerState, mustBeWhole: hasStepped);
        Position = checkpoint.Position;
        LearnedFrom = Position.Epoch == Plan.Epochs ? checkpoint.Inputs : Plan.Inputs;
        _lastIsWhole = isOwn && !checkpoint.IsPrevious;
        foreach (SkippedPicture picture in Position.Skipped.Where(isStillThere ?? (_ => true)))
        {
            Plan.Skipped.Add(picture);
        }
    }

    /// <summary>Goes on behind an epoch of which only momentum and number are known.</summary>
    /// <param name="epoch">Finished epochs.</param>
    /// <param name="momentum">By parameter name; a parameter without one starts afresh.</param>
    public void RestoreEpoch(int epoch, IReadOnlyDictionary<string, Tensor> momentum)
    {
        using DisposeScope scope = NewDisposeScope();
        Optimizer.LoadState(Optimizer.StateOf(_method.Trainable
            .Where(named => momentum.ContainsKey(named.Key))
            .Select(named => KeyValuePair.Create(named.Key, momentum[named.Key].view(named.Value.shape)))));
        Position = new TrainingPosition { Epoch = epoch, EpochsBefore = epoch };
    }

    /// <summary>Lets all processes go on where the first one stands.</summary>
    /// <param name="stop">Ends the waiting.</param>
    public void Join(CancellationToken stop) =>
        (Position, LearnedFrom) = SharedRun.Join(Plan, _method, _step, Position, LearnedFrom, stop);

    /// <summary>Begins behind a start that learned already.</summary>
    /// <param name="start">What it came to.</param>
    public void BeginBehind(EpochRecord start) => Position = new TrainingPosition { Start = start };

    /// <summary>
    /// Saves what was restored from elsewhere as this run's own: whatever cuts it off, it goes on from here.
    /// </summary>
    /// <exception cref="PromptKDException">It cannot be written.</exception>
    public void Adopt() => Write();

    /// <summary>Trains to the last epoch.</summary>
    /// <param name="cancellation">Stops behind the running step, or amid a validation, with a checkpoint.</param>
    /// <exception cref="OperationCanceledException">It was stopped; the same run can be continued.</exception>
    /// <exception cref="PromptKDException">Training diverged, or there is nothing to learn from.</exception>
    public void Run(CancellationToken cancellation)
    {
        _pace.Start();
        _sinceCheckpoint.Start();
        try
        {
            while (Position.Epoch < Plan.Epochs)
            {
                RunEpoch(cancellation);
            }

            // No epoch saved it; it may have been restored from there.
            if (Plan.Epochs == 0 && Plan.Processes.FromLeader(() => !_lastIsWhole, CancellationToken.None))
            {
                Save();
            }
        }
        catch (OperationCanceledException)
        {
            Save();
            throw;
        }
    }

    /// <summary>One step, for whoever has a loop of their own.</summary>
    /// <param name="batch">Is moved to the device.</param>
    /// <param name="learningRate">For this step.</param>
    /// <param name="beforeUpdate">Told when all gradients are there; null for nobody.</param>
    /// <returns>The loss, and the pictures on which the model already agreed.</returns>
    /// <exception cref="PromptKDException">As <see cref="TrainingStep.Take"/>.</exception>
    public (double Loss, long Matches) Step(Batch batch, double learningRate, Action? beforeUpdate = null) =>
        (_step.Take(SharedStep.Of(batch), learningRate, Position.Epoch + 1, beforeUpdate), _step.ReadMatches());

    /// <inheritdoc/>
    public void Dispose() => _step.Dispose();

    private double LearningRate => Plan.Schedule.Rate(Position.Epoch);

    // A processor is never waited for, so its matches are read along; a GPU's at the end of an epoch.
    private bool ReadsMatchesAlong => Plan.CountsAlong || Plan.Target.Device.type == DeviceType.CPU;

    private void RunEpoch(CancellationToken cancellation)
    {
        if (!Position.IsClosed)
        {
            _method.SetTraining(true);
            LearnBatches(cancellation);
            Close();
        }

        _method.SetTraining(false);
        var record = new EpochRecord
        {
            Epoch = Position.Epoch + 1,
            Loss = Position.LossSum / Position.Pictures,
            Agreement = (double)Position.Matches / Position.Pictures,
            LearningRate = LearningRate,
            Pictures = Position.Pictures,
            Validation = Plan.Validate?.Invoke(Position.Epoch, cancellation),
            HeldOut = Plan.CompareHeldOut?.Invoke(cancellation),
        };
        RefuseDivergence();
        Position = new TrainingPosition
        {
            Epoch = Position.Epoch + 1,
            Start = Position.Start,
            History = [.. Position.History, record],
        };
        Plan.EpochEnding?.Invoke(Position.History, Optimizer);
        if (Position.Epoch == Plan.Epochs
            || Plan.Processes.FromLeader(() => _sinceCheckpoint.Elapsed >= Plan.EpochInterval, CancellationToken.None))
        {
            Save();
        }

        Plan.EpochDone?.Invoke(Position.History);
    }

    private void LearnBatches(CancellationToken cancellation)
    {
        double learningRate = LearningRate;
        _pace.BeginStep();
        IEnumerable<Batch> batches = Plan.Batches(Position.Epoch, Position.Batch);
        foreach (SharedStep step in _steps.Take(
            batches, Position.Epoch, Position.Batch, Plan.BatchesPerEpoch, cancellation))
        {
            using (step.Batch)
            {
                _pace.EndLoading();
                Learn(step, learningRate);
            }
        }
    }

    private void Learn(SharedStep step, double learningRate)
    {
        // Pictures that could not be read leave a batch smaller; what is left may be too few for the method.
        int pictures = step.Pictures >= _method.SmallestBatch ? step.Pictures : 0;
        double loss = pictures > 0 ? _step.Take(step, learningRate, Position.Epoch + 1) : 0;
        long matches = ReadsMatchesAlong ? _step.ReadMatches() : 0;
        Position = Position with
        {
            Batch = step.Number + 1,
            LossSum = Position.LossSum + (loss * pictures),
            Matches = Position.Matches + matches,
            Pictures = Position.Pictures + pictures,
        };
        _pace.EndStep(pictures);
        Plan.Progress?.Report(_pace.Describe(Plan, Position, loss, learningRate) with
        {
            Agreement = ReadsMatchesAlong ? Position.Matches / Math.Max(Position.Pictures, 1.0) : null,
            BatchAgreement = ReadsMatchesAlong ? matches / Math.Max(pictures, 1.0) : null,
        });
        _pace.BeginStep();
    }

    private void Close()
    {
        if (Position.Pictures == 0)
        {
            throw new PromptKDException(
                $"No batch of epoch {Position.Epoch + 1} had {_method.SmallestBatch} readable pictures. "
                + $"Give more pictures, and a ‹batch-size› of {_method.SmallestBatch} or more.");
        }

        CountMatches();
        _method.FinishEpoch(Position.Epoch + 1, Plan.Epochs);
        Position = Position with { IsClosed = true };
    }

    private void CountMatches() => Position = Position with { Matches = Position.Matches + _step.ReadMatches() };

    private void Save()
    {
        SharedRun.GatherSkipped(Plan);
        Write();
    }

    private void Write()
    {
        CountMatches();
        RefuseDivergence();
        Position = Position with { Skipped = [.. Plan.Skipped] };
        if (Plan.Processes.IsLeader())
        {
            TrainingCheckpoint.Write(
                Plan.CheckpointPath,
                Position,
                Plan.RunMark,
                LearnedFrom,
                _method.State,
                _step.State,
                keepsPrevious: _lastIsWhole);
        }

        _lastIsWhole = true;
        _sinceCheckpoint.Restart();
    }

    private void RefuseDivergence()
    {
        if (FiniteValues.FindFault([.. _method.State, .. _step.State]) is { } name)
        {
            double rate = Plan.Schedule.Rate(Math.Min(Position.Epoch, Plan.Epochs - 1));
            throw new PromptKDException(
                $"'{name}' holds values that are no numbers: {Divergence.Advice(rate, Plan.IsStart)}");
        }
    }
}
