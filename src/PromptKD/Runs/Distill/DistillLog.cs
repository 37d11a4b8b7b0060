using PromptKD.Dassl;
using PromptKD.Evaluation;
using PromptKD.Training;

namespace PromptKD.Runs.Distill;

/// <summary>The log of <c>distill</c>, and its curves for TensorBoard: a point an epoch.</summary>
internal sealed class DistillLog : TimedLog
{
    private readonly Lazy<TensorBoardFile>? _curves;
    private double? _majority;

    /// <param name="folder">Receives both.</param>
    /// <param name="printFrequency">Batches between two lines of progress.</param>
    /// <param name="next">Who else is watching; null for nobody.</param>
    public DistillLog(RunFolder folder, int printFrequency, ITrainingObserver? next)
        : base(folder, printFrequency, next) =>
        _curves = folder.IsReadOnly
            ? null
            : new Lazy<TensorBoardFile>(() => TensorBoardFile.Create(folder.TensorBoardFolder));

    /// <summary>Knows what the curves are held against.</summary>
    public void DrawBaselines(Baselines baselines) => _majority = baselines.HeldOutTeacher?.MajorityShare;

    /// <summary>Adds a point to each curve.</summary>
    /// <param name="learned">What an epoch, or a start, came to.</param>
    /// <param name="epoch">Where: 0 for a start.</param>
    public void Draw(EpochRecord learned, int epoch)
    {
        if (_curves?.Value is not { } curves)
        {
            return;
        }

        curves.Add("train/loss", learned.Loss, epoch);
        curves.Add("train/agreement", learned.Agreement, epoch);
        curves.Add("train/lr", learned.LearningRate, epoch);
        if (learned.HeldOut is { } heldOut)
        {
            curves.Add("heldOut/agreement", heldOut.Agreement, epoch);
            curves.Add("heldOut/majority", _majority ?? 0, epoch);
            curves.Add("heldOut/divergence", heldOut.Divergence, epoch);
            curves.Add("heldOut/classes", heldOut.ClassesUsed, epoch);
        }

        if (learned.Validation is { } measured)
        {
            curves.Add("val/accuracy", measured.All, epoch);
            curves.Add("val/macro_f1", measured.MacroF1, epoch);
        }

        curves.Flush();
    }

    /// <summary>Adds a point to the curves of a start.</summary>
    /// <param name="pass">What a pass came to.</param>
    public void DrawPass(EpochRecord pass)
    {
        if (_curves?.Value is not { } curves)
        {
            return;
        }

        curves.Add("start/loss", pass.Loss, pass.Epoch);
        curves.Add("start/agreement", pass.Agreement, pass.Epoch);
        curves.Add("start/lr", pass.LearningRate, pass.Epoch);
        curves.Flush();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_curves is { IsValueCreated: true })
        {
            _curves.Value.Dispose();
        }

        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void WriteEpoch(EpochRecord epoch)
    {
        base.WriteEpoch(epoch);
        Draw(epoch, epoch.Epoch);
    }
}
