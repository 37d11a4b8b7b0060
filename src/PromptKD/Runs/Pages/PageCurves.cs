using PromptKD.Evaluation;
using PromptKD.Pages;
using PromptKD.Training;

namespace PromptKD.Runs.Pages;

/// <summary>How a run went, epoch by epoch, as charts; none of fewer than two points.</summary>
/// <param name="Model">What learned, as "student".</param>
/// <param name="Agreement">What its share of matches is called, as "agreement with the teacher".</param>
internal sealed record PageCurves(string Model, string Agreement)
{
    /// <summary>What a start before the first epoch came to; null where there was none.</summary>
    public EpochRecord? Start { get; init; }

    /// <summary>What labelled pictures are called in the title of their chart.</summary>
    public string Labelled { get; init; } = "labelled pictures";

    /// <summary>Draws them.</summary>
    /// <param name="history">The epochs.</param>
    /// <param name="reference">Whom the accuracy is held against, percent; null for nobody.</param>
    public IEnumerable<LineChart> Of(IReadOnlyList<EpochRecord> history, (string Name, BaseNovelResult Result)? reference)
    {
        (double Epoch, EpochRecord Record)[] records =
        [
            .. Start is { } start ? [(0, start)] : Array.Empty<(double, EpochRecord)>(),
            .. history.Select(epoch => ((double)epoch.Epoch, epoch)),
        ];
        if (records.Length < 2)
        {
            yield break;
        }

        yield return new LineChart("Loss", "epoch", [Line(Model, "model", one => one.Loss)]);
        ChartLine[] agreement =
        [
            Line("while learning", "third", one => one.Agreement), Line("held out", "model", one => one.HeldOut?.Agreement),
        ];
        yield return new LineChart(Agreement, "epoch", [.. agreement.Where(line => line.Points.Count > 0)])
        {
            IsShare = true,
        };
        ChartLine accuracy = Line(Model, "model", one => one.Validation?.All / 100);
        if (accuracy.Points.Count > 0)
        {
            ChartLine[] beside = reference is { } one
                ? [new(one.Name, "reference", [(records[0].Epoch, one.Result.All / 100), (records[^1].Epoch, one.Result.All / 100)])]
                : [];
            yield return new LineChart($"Accuracy on {Labelled}", "epoch", [accuracy, .. beside]) { IsShare = true };
        }

        ChartLine Line(string name, string kind, Func<EpochRecord, double?> value) => new(
            name,
            kind,
            [.. records.Where(one => value(one.Record) is not null).Select(one => (one.Epoch, value(one.Record)!.Value))]);
    }
}
