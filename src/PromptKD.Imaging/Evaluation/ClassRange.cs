namespace PromptKD.Evaluation;

/// <summary>A run of neighbouring classes: all of them, the base half, or the novel half.</summary>
/// <param name="Start">Label of the first class.</param>
/// <param name="Count">Number of classes.</param>
internal readonly record struct ClassRange(int Start, int Count)
{
    /// <summary>Every class.</summary>
    public static ClassRange All(int classes) => new(0, classes);

    /// <summary>The first classes.</summary>
    public static ClassRange Base(int baseClasses) => new(0, baseClasses);

    /// <summary>All classes after the first ones.</summary>
    public static ClassRange Novel(int classes, int baseClasses) => new(baseClasses, classes - baseClasses);

    /// <summary>Whether a label belongs to this run.</summary>
    public bool Contains(int label) => label >= Start && label < Start + Count;
}
