namespace PromptKD.Inference;

/// <summary>One of many pictures, classified or named unreadable.</summary>
public sealed class ClassifiedPicture
{
    internal ClassifiedPicture(int index, IReadOnlyList<ClassProbability> classes, PromptKDException? error)
    {
        Index = index;
        Classes = classes;
        Error = error;
    }

    /// <summary>Which picture it is, counted from 0.</summary>
    public int Index { get; }

    /// <summary>The most probable classes, the most probable first; empty where the picture cannot be read.</summary>
    public IReadOnlyList<ClassProbability> Classes { get; }

    /// <summary>Why the picture cannot be read; null where it was classified.</summary>
    public PromptKDException? Error { get; }
}
