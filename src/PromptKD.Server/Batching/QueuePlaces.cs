namespace PromptKD.Server.Batching;

/// <summary>Counts pictures that are decoded, waiting or computed, and lets no more than that many in.</summary>
/// <param name="places">How many.</param>
internal sealed class QueuePlaces(int places)
{
    private int _taken;

    /// <summary>How many are taken.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes places for some pictures, all or none.</summary>
    /// <exception cref="QueueFullException">There are not that many free.</exception>
    public void Take(int count)
    {
        if (Interlocked.Add(ref _taken, count) > places)
        {
            Interlocked.Add(ref _taken, -count);
            throw new QueueFullException(places);
        }
    }

    /// <summary>Gives places back.</summary>
    public void Return(int count) => Interlocked.Add(ref _taken, -count);
}
