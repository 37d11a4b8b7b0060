using System.Diagnostics;

namespace PromptKD.Training;

/// <summary>How fast a run learns, since this process began it.</summary>
internal sealed class TrainingPace
{
    private readonly Stopwatch _sinceStart = new();
    private readonly Stopwatch _sinceStep = new();
    private TimeSpan _loading;
    private TimeSpan _duration;
    private long _pictures;

    /// <summary>Training begins.</summary>
    public void Start() => _sinceStart.Start();

    /// <summary>A step begins, by waiting for its pictures.</summary>
    public void BeginStep() => _sinceStep.Restart();

    /// <summary>The step has its pictures.</summary>
    public void EndLoading() => _loading = _sinceStep.Elapsed;

    /// <summary>The step is done.</summary>
    /// <param name="pictures">Learned from.</param>
    public void EndStep(int pictures)
    {
        _duration = _sinceStep.Elapsed;
        _pictures += pictures;
    }

    /// <summary>What whoever watches is told of the last step, but for how often the model agreed.</summary>
    /// <param name="plan">Of the run.</param>
    /// <param name="position">Behind the step.</param>
    /// <param name="loss">Of the step.</param>
    /// <param name="learningRate">Of the epoch.</param>
    public TrainingProgress Describe(TrainingPlan plan, TrainingPosition position, double loss, double learningRate)
    {
        double rate = _pictures / Math.Max(_sinceStart.Elapsed.TotalSeconds, 1e-9);
        double done = position.Epoch + ((double)position.Batch / plan.BatchesPerEpoch);
        double picturesLeft = (plan.Epochs - done) * plan.PicturesPerEpoch;
        return new TrainingProgress(
            position.Epoch + 1,
            plan.Epochs,
            position.Batch,
            plan.BatchesPerEpoch,
            loss,
            position.LossSum / Math.Max(position.Pictures, 1),
            Agreement: null,
            learningRate,
            rate,
            TimeSpan.FromSeconds(Math.Min(picturesLeft / Math.Max(rate, 1e-9), TimeSpan.MaxValue.TotalSeconds / 2)))
        {
            Duration = _duration,
            Loading = _loading,
        };
    }
}
