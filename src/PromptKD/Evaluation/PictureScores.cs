using PromptKD.Data.Loading;
using PromptKD.Runtime;

namespace PromptKD.Evaluation;

/// <summary>What a model says of pictures that need no label, kept in main memory.</summary>
internal sealed class PictureScores
{
    private readonly Dictionary<int, float[]> _rows = [];

    /// <summary>The pictures, by their place in the loader's list, in the order in which they came.</summary>
    public IReadOnlyCollection<int> Items => _rows.Keys;

    /// <summary>A picture's row, [classes]; or [embedding], where it was asked for features.</summary>
    /// <param name="item">One of <see cref="Items"/>.</param>
    public float[] this[int item] => _rows[item];

    /// <summary>Asks for several things of the same pictures, each of which is loaded once.</summary>
    /// <param name="ask">From a batch to as many tensors, [batch, …] float32.</param>
    /// <param name="count">How many.</param>
    /// <param name="batches">Each is disposed when it has been used.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public static IReadOnlyList<PictureScores> Collect(
        Func<Batch, IReadOnlyList<Tensor>> ask, int count, IEnumerable<Batch> batches, CancellationToken cancellation)
    {
        PictureScores[] collected = [.. Enumerable.Range(0, count).Select(_ => new PictureScores())];
        foreach (Batch batch in batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using (batch)
            {
                Add(collected, ask, batch);
            }
        }

        return collected;
    }

    /// <summary>Rows that were computed elsewhere.</summary>
    /// <param name="rows">By the place of their picture.</param>
    public static PictureScores Of(IEnumerable<(int Item, float[] Row)> rows)
    {
        var scores = new PictureScores();
        foreach ((int item, float[] row) in rows)
        {
            scores._rows.Add(item, row);
        }

        return scores;
    }

    private static void Add(PictureScores[] collected, Func<Batch, IReadOnlyList<Tensor>> ask, Batch batch)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<Tensor> all = OutOfMemory.Explain(() => ask(batch), "Lower DATALOADER.TEST.BATCH_SIZE.");
        foreach ((PictureScores scores, Tensor rows) in collected.Zip(all))
        {
            int width = (int)rows.shape[1];
            foreach ((int item, float[] row) in batch.Items.Zip(
                rows.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray().Chunk(width)))
            {
                scores._rows.Add(item, row);
            }
        }
    }
}
