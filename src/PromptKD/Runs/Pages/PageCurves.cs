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

    /// <summary>Draws the passes of a start; nothing of fewer than two.</summary>
    /// <param name="passes">What each came to.</param>
    public static IEnumerable<LineChart> OfStart(IReadOnlyList<EpochRecord> passes)
    {
        if (passes.Count < 2)
        {
            return [];
        }

        return
        [
            new LineChart("Loss in the start", "pass", [Line(one => one.Loss)]),
            new LineChart("Agreement in the start", "pass", [Line(one => one.Agreement)]) { IsShare = true },
        ];

        ChartLine Line(Func<EpochRecord, double> value) =>
            new("while learning", "third", [.. passes.Select(one => ((double)one.Epoch, value(one)))]);
    }

    /// <summary>Draws them.</summary>
    /// <param name="history">The epochs.</param>
    /// <param name="reference">Whom the accuracy is held against, percent; null for nobody.</param>
    public IEnumerable<LineChart> Of(
        IReadOnlyList<EpochRecord> history, (string Name, BaseNovelResult Result)? reference)
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

        string axis = Start is null ? "epoch" : "epoch; 0 is behind the start";
        yield return new LineChart("Loss", axis, [Line(Model, "model", one => one.Loss)]);
        ChartLine[] agreement =
        [
            Line("while learning", "third", one => one.Agreement),
            Line("held out", "model", one => one.HeldOut?.Agreement),
        ];
        yield return new LineChart(Agreement, axis, [.. agreement.Where(line => line.Points.Count > 0)])
        {
            IsShare = true,
        };
        ChartLine accuracy = Line(Model, "model", one => one.Validation?.All / 100);
        if (accuracy.Points.Count > 0)
        {
            ChartLine[] beside = reference is { } one ? [Level(one.Name, one.Result.All / 100)] : [];
            yield return new LineChart($"Accuracy on {Labelled}", axis, [accuracy, .. beside]) { IsShare = true };
        }

        ChartLine Level(string name, double value) =>
            new(name, "reference", [(records[0].Epoch, value), (records[^1].Epoch, value)]);

        ChartLine Line(string name, string kind, Func<EpochRecord, double?> value) => new(
            name,
            kind,
            [
                .. records.Where(one => value(one.Record) is not null)
                    .Select(one => (one.Epoch, value(one.Record)!.Value)),
            ]);
    }
}
