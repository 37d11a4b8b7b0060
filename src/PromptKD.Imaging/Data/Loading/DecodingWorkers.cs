using System.Collections.Concurrent;

namespace PromptKD.Data.Loading;

/// <summary>
/// Threads that run jobs in the order given. Disposing waits for those being run and drops the others.
/// </summary>
internal sealed class DecodingWorkers : IDisposable
{
    private readonly BlockingCollection<Action> _jobs = [];
    private readonly Thread[] _threads;
    private volatile bool _stopping;

    public DecodingWorkers(int count)
    {
        // Background threads: a program that ends without disposing a half-read epoch is not held up by them.
        _threads = [.. Enumerable.Range(0, count).Select(number =>
            new Thread(Work) { IsBackground = true, Name = $"PromptKD decoder {number}" })];
        foreach (Thread thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Adds a job, which must not throw.</summary>
    public void Add(Action job) => _jobs.Add(job);

    public void Dispose()
    {
        _stopping = true;
        _jobs.CompleteAdding();
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _jobs.Dispose();
    }

    private void Work()
    {
        foreach (Action job in _jobs.GetConsumingEnumerable())
        {
            if (!_stopping)
            {
                job();
            }
        }
    }
}
