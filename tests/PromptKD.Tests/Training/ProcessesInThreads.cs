using PromptKD.Runtime.Processes;

namespace PromptKD.Tests.Training;

/// <summary>Processes that are threads of this one: what MPI does, by a barrier and memory that all see.</summary>
internal sealed class ProcessesInThreads : IDisposable
{
    private readonly Barrier _barrier;
    private volatile bool _hasFault;
    private readonly byte[][] _bytes;
    private readonly float[][] _floats;

    private ProcessesInThreads(int size)
    {
        _barrier = new Barrier(size);
        _bytes = new byte[size][];
        _floats = new float[size][];
    }

    /// <summary>Lets each process do the same, and waits for all.</summary>
    public static T[] Run<T>(int size, Func<IProcessGroup, T> work)
    {
        using var all = new ProcessesInThreads(size);
        var results = new T[size];
        var faults = new Exception?[size];
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                set_num_threads(1); // A setting of the thread.
                results[rank] = work(new Process(all, rank, size));
            }
            catch (Exception fault)
            {
                faults[rank] = fault;
                all._hasFault = true;
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return faults.FirstOrDefault(fault => fault is not null) is { } first ? throw first : results;
    }

    public void Dispose() => _barrier.Dispose();

    private sealed class Process(ProcessesInThreads all, int rank, int size) : IProcessGroup
    {
        public int Rank => rank;

        public int Size => size;

        public TimeSpan Exchanging => TimeSpan.Zero;

        public void Sum(Span<float> values)
        {
            all._floats[rank] = values.ToArray();
            Meet();
            values.Clear();
            foreach (float[] part in all._floats)
            {
                Assert.Equal(values.Length, part.Length);
                for (int place = 0; place < values.Length; place++)
                {
                    values[place] += part[place];
                }
            }

            Meet();
        }

        public byte[] Exchange(ReadOnlySpan<byte> own)
        {
            all._bytes[rank] = own.ToArray();
            Meet();
            byte[] together = [.. all._bytes.SelectMany(part => part)];
            Meet();
            return together;
        }

        public void Wait(CancellationToken stop) => Meet();

        public void Broadcast(Span<byte> bytes, int root = 0)
        {
            all._bytes[rank] = bytes.ToArray();
            Meet();
            all._bytes[root].CopyTo(bytes);
            Meet();
        }

        private void Meet()
        {
            // One that has failed does not come.
            while (!all._hasFault && !all._barrier.SignalAndWait(TimeSpan.FromSeconds(60)))
            {
            }

            Assert.False(all._hasFault, "another process has failed");
        }
    }
}
