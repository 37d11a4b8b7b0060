namespace PromptKD.Scale;

/// <summary>Machines with a process each, and how far each has come.</summary>
/// <param name="size">How many.</param>
/// <param name="network">Between them.</param>
internal sealed class Cluster(int size, Network network)
{
    private readonly double[] _sendsUntil = new double[size];
    private readonly double[] _receivesUntil = new double[size];
    private readonly double[] _sent = new double[size];
    private double[] _clocks = new double[size];
    private double[] _next = new double[size];

    /// <summary>How many processes there are.</summary>
    public int Size => size;

    /// <summary>Where each process stands, seconds.</summary>
    public ReadOnlySpan<double> Clocks => _clocks;

    /// <summary>Where the last one stands, seconds.</summary>
    public double Last() => _clocks.Max();

    /// <summary>Each works by itself.</summary>
    /// <param name="seconds">Of each process, by its number.</param>
    public void Work(Func<int, double> seconds)
    {
        for (int process = 0; process < size; process++)
        {
            _clocks[process] += seconds(process);
        }
    }

    /// <summary>
    /// Each sends to the one that is so many places further, and goes on when its own message is out and the other
    /// one's is there.
    /// </summary>
    /// <param name="distance">Places, from 1.</param>
    /// <param name="bytes">Of each message.</param>
    public void Shift(int distance, double bytes)
    {
        double wire = bytes / network.Bandwidth;
        for (int from = 0; from < size; from++)
        {
            _sent[from] = Math.Max(_clocks[from], _sendsUntil[from]) + wire;
            _sendsUntil[from] = _sent[from];
        }

        for (int from = 0; from < size; from++)
        {
            int to = (from + distance) % size;
            double there = Math.Max(_sent[from] - wire + network.Latency, _receivesUntil[to]) + wire;
            _receivesUntil[to] = there;
            _next[to] = Math.Max(there, _sent[to]);
        }

        (_clocks, _next) = (_next, _clocks);
    }
}
