namespace PromptKD.Scale;

/// <summary>Machines that fail while they learn together: all stop, and go on from the last save.</summary>
internal static class Failures
{
    private const int Seed = 3;

    /// <summary>What is left of the time.</summary>
    /// <param name="machines">All that learn together.</param>
    /// <param name="pictures">What a start lists.</param>
    /// <param name="hours">Of work that is to be done.</param>
    /// <returns>Work over time.</returns>
    public static double UsefulShare(int machines, long pictures, double hours)
    {
        var noise = new Noise(0, Seed);
        double restart = Rates.Restart + (pictures * Rates.KnownPicture);
        double work = hours * 3600, done = 0, clock = 0;
        while (done < work)
        {
            double until = noise.Until(Rates.BetweenFailures / machines);
            if (done + until >= work)
            {
                clock += work - done;
                break;
            }

            done += Math.Floor(until / Rates.BetweenSaves) * Rates.BetweenSaves;
            clock += until + restart;
        }

        return work / clock;
    }
}
