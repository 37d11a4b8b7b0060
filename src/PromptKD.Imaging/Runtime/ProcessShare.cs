namespace PromptKD.Runtime;

/// <summary>Which part of something that several processes share is this one's.</summary>
/// <param name="Rank">This process, from 0.</param>
/// <param name="Size">How many processes there are.</param>
internal readonly record struct ProcessShare(int Rank, int Size)
{
    /// <summary>All of it.</summary>
    public static ProcessShare Whole { get; } = new(0, 1);

    /// <summary>Whether nothing is shared.</summary>
    public bool IsWhole => Size == 1;

    /// <summary>The consecutive places that are this process's: as many for each, the first ones one more.</summary>
    /// <param name="count">Places to share.</param>
    public (int Start, int Count) RowsOf(int count)
    {
        (int each, int over) = Math.DivRem(count, Size);
        return ((Rank * each) + Math.Min(Rank, over), each + (Rank < over ? 1 : 0));
    }

    /// <summary>Whether a whole batch is this process's, where they go round.</summary>
    /// <param name="batch">Its number, from 0.</param>
    public bool HasBatch(int batch) => batch % Size == Rank;
}
