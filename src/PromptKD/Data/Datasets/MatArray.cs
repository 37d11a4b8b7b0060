namespace PromptKD.Data.Datasets;

/// <summary>One array of a <see cref="MatFile"/>. What it does not hold is empty.</summary>
internal sealed record MatArray
{
    /// <summary>An array without elements.</summary>
    public static MatArray Empty { get; } = new();

    /// <summary>Elements of a numeric array, column by column.</summary>
    public IReadOnlyList<double> Numbers { get; init; } = [];

    /// <summary>The letters of a character array, column by column.</summary>
    public string Text { get; init; } = "";

    /// <summary>Elements of a cell array, column by column.</summary>
    public IReadOnlyList<MatArray> Cells { get; init; } = [];

    /// <summary>Elements of an array of structures: the values of each by the names of the fields.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, MatArray>> Structures { get; init; } = [];
}
