namespace PromptKD.Scale;

/// <summary>Steps that processes take together, with what a step exchanges.</summary>
internal static class Learning
{
    private const int Seed = 1;
    private const double SignBytes = 20;
    private const double MomentBytes = 12_296;
    private const double NormBytes = 6_144;
    private const double LearnedBytes = 4_051_968;

    // Of a step's arithmetic: the projector normalises when the tower has been passed forward, and once on the way
    // back.
    private const double ForwardShare = 1.0 / 3;

    /// <summary>Takes some steps.</summary>
    /// <param name="processes">How many there are.</param>
    /// <param name="rows">Pictures of a batch that a process has.</param>
    /// <param name="picture">Seconds of a picture in a step, in one process.</param>
    /// <param name="spread">Of a process's time from step to step: standard deviation over mean.</param>
    /// <param name="network">Between the processes.</param>
    /// <param name="steps">How many.</param>
    public static LearningPace Take(
        int processes, double rows, double picture, double spread, Network network, int steps)
    {
        var cluster = new Cluster(processes, network);
        var noise = new Noise(spread, Seed);
        double own = 0;
        for (int step = 0; step < steps; step++)
        {
            double[] seconds = [.. Enumerable.Range(0, processes).Select(_ => rows * picture * noise.Factor())];
            own += seconds.Average();
            Exchanges.Gather(cluster, SignBytes);
            cluster.Work(process => ForwardShare * seconds[process]);
            Exchanges.Gather(cluster, MomentBytes);
            cluster.Work(process => (1 - ForwardShare) * seconds[process]);
            if (processes > 1)
            {
                Exchanges.Sum(cluster, NormBytes);
                Exchanges.Sum(cluster, LearnedBytes);
            }
        }

        double whole = cluster.Last();
        return new LearningPace(steps / whole, processes * rows * steps / whole, Math.Max(0, 1 - (own / whole)));
    }
}
