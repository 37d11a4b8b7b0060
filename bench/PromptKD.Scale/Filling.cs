namespace PromptKD.Scale;

/// <summary>
/// A store of one view that tasks fill, a machine each: no task talks to another, and the last one counts.
/// </summary>
internal static class Filling
{
    private const int Seed = 2;

    /// <summary>Fills a store.</summary>
    /// <param name="pictures">How many.</param>
    /// <param name="tasks">Of them, each makes every so-many-th shard.</param>
    public static FillingTime Fill(long pictures, int tasks)
    {
        // Each task reads its part; whoever is first to end it reads another one's, at most.
        double list = pictures * Rates.KnownPicture;
        double read = pictures * Rates.PictureBytes / tasks * Math.Min(tasks, 2);
        double digests = list + (read / Math.Min(Rates.Link, Rates.Storage / tasks));
        double shard = Rates.ShardPictures
            * Math.Max(Rates.Look, Rates.PictureBytes / Math.Min(Rates.Link, Rates.Storage / tasks));
        double restart = Rates.Restart + list;
        long shards = (pictures + Rates.ShardPictures - 1) / Rates.ShardPictures;
        var noise = new Noise(Rates.Spread, Seed);
        double last = 0, sum = 0;
        int failures = 0;
        for (int task = 0; task < tasks; task++)
        {
            double clock = digests, failure = noise.Until(Rates.BetweenFailures);
            for (long own = (shards - task + tasks - 1) / tasks; own > 0;)
            {
                double end = clock + (shard * noise.Factor());
                if (failure < end)
                {
                    // What was done is kept, but for the shard that the task was at.
                    clock = Math.Max(clock, failure) + restart;
                    failure = clock + noise.Until(Rates.BetweenFailures);
                    failures++;
                }
                else
                {
                    clock = end;
                    own--;
                }
            }

            last = Math.Max(last, clock);
            sum += clock - digests;
        }

        return new FillingTime(digests, last, sum / tasks / last, failures);
    }
}
