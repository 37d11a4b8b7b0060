using PromptKD.Data.Decoding;
using PromptKD.Runtime;

namespace PromptKD.Data.Loading;

/// <summary>Which pictures to load, in which order, how cut and how grouped: one epoch, or the rest of one.</summary>
internal sealed record LoadPlan
{
    /// <summary>Places in the loader's list of pictures, in the order to visit them (see <see cref="EpochOrder"/>).
    /// </summary>
    public required IReadOnlyList<int> Order { get; init; }

    /// <summary>Pictures in a batch, at least 1.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Whether to leave out a last batch that is not full. A set without a full batch is kept whole.</summary>
    public bool DropLast { get; init; }

    /// <summary>Number of the first batch to load, from 0; those before it cost nothing.</summary>
    public int FirstBatch { get; init; }

    /// <summary>Which rows of each batch are loaded, where several processes share it.</summary>
    public ProcessShare Rows { get; init; } = ProcessShare.Whole;

    /// <summary>Which batches are loaded, where several processes share them whole.</summary>
    public ProcessShare Batches { get; init; } = ProcessShare.Whole;

    /// <summary>Draws the views to train on; null gives the middle of each picture, as tests do.</summary>
    public ViewGenerator? Views { get; init; }

    /// <summary>Number of the view to draw of each picture, from 0. Training takes the epoch's.</summary>
    public int View { get; init; }

    /// <summary>Number of the epoch, from 0.</summary>
    public int Epoch { get; init; }

    /// <summary>Batches in the whole epoch, those before <see cref="FirstBatch"/> included.</summary>
    public int BatchCount =>
        DropLast && Order.Count >= BatchSize
            ? Order.Count / BatchSize
            : (Order.Count + BatchSize - 1) / BatchSize;

    /// <summary>The places of a batch's pictures in the loader's list: this process's part of them.</summary>
    /// <param name="batch">Its number, from 0.</param>
    /// <returns>None where the batch is another process's.</returns>
    public int[] ItemsOf(int batch)
    {
        int first = batch * BatchSize;
        (int start, int count) = Batches.HasBatch(batch)
            ? Rows.RowsOf(Math.Min(BatchSize, Order.Count - first))
            : (0, 0);
        int[] items = new int[count];
        for (int row = 0; row < count; row++)
        {
            items[row] = Order[first + start + row];
        }

        return items;
    }
}
