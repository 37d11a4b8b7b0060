namespace PromptKD.Runtime;

/// <summary>
/// Measures what loading and each tower take, batch by batch. The first batches make caches and threads ready; the mean
/// of those behind them is the pace, and of all where there are no others.
/// </summary>
/// <param name="towers">How many towers look at each batch.</param>
/// <param name="known">
/// Is told once: seconds a picture of loading, and of each tower in the order in which they look.
/// </param>
/// <param name="clock">Whose time it is.</param>
internal sealed class PaceMeter(int towers, Action<double, IReadOnlyList<double>> known, TimeProvider clock)
{
    private const int BatchesLeftOut = 2;
    private const int BatchesMeasured = 10;

    private readonly List<(double[] Seconds, int Pictures)> _batches = [];
    private double[] _batch = new double[towers + 1];
    private long _last = clock.GetTimestamp();
    private bool _isTold;

    /// <summary>A batch is there.</summary>
    public void Loaded() => _batch[0] = Lap();

    /// <summary>A tower has looked at the batch, and what it gave is in memory.</summary>
    /// <param name="tower">Its place.</param>
    public void Looked(int tower) => _batch[tower + 1] = Lap();

    /// <summary>All towers have looked at the batch.</summary>
    /// <param name="pictures">How many there were.</param>
    public void Done(int pictures)
    {
        if (!_isTold)
        {
            _batches.Add((_batch, pictures));
            _batch = new double[towers + 1];
            if (_batches.Count == BatchesLeftOut + BatchesMeasured)
            {
                End();
            }
        }

        Lap();
    }

    /// <summary>No further batch comes.</summary>
    public void End()
    {
        (double[] Seconds, int Pictures)[] measured =
            [.. _batches.Skip(_batches.Count > BatchesLeftOut ? BatchesLeftOut : 0)];
        int pictures = measured.Sum(batch => batch.Pictures);
        if (_isTold || pictures == 0)
        {
            return;
        }

        _isTold = true;
        double[] means =
        [
            .. Enumerable.Range(0, towers + 1).Select(place => measured.Sum(batch => batch.Seconds[place]) / pictures),
        ];
        known(means[0], means[1..]);
    }

    private double Lap()
    {
        long now = clock.GetTimestamp();
        double seconds = clock.GetElapsedTime(_last, now).TotalSeconds;
        _last = now;
        return seconds;
    }
}
