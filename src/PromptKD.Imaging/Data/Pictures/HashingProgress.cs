using System.Globalization;
using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>Says now and then how far the reading of many pictures is. Threads may share it.</summary>
/// <param name="observer">Is told, by one thread at a time.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="what">What is done to them.</param>
internal sealed class HashingProgress(IRunObserver observer, TimeProvider clock, string what = "Hashing")
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long _last = clock.GetTimestamp();

    /// <summary>Some pictures are done; said where 10 s have gone since the last time.</summary>
    public void Report(int done, int total)
    {
        if (!IsDue())
        {
            return;
        }

        lock (_lock)
        {
            if (IsDue())
            {
                Volatile.Write(ref _last, clock.GetTimestamp());
                observer.OnPhase(string.Create(CultureInfo.InvariantCulture, $"{what}: {done:N0} of {total:N0}"));
            }
        }
    }

    private bool IsDue() => clock.GetElapsedTime(Volatile.Read(ref _last)) >= s_interval;
}
