namespace PromptKD.Models.Weights;

/// <summary>Sizes of what a method of CoOp's family learns; 0 of what it has not.</summary>
/// <param name="Method">As TRAINER.NAME spells it.</param>
internal sealed record LearnedSizes(string Method)
{
    /// <summary>Learned tokens in front of the class name.</summary>
    public int ContextLength { get; init; }

    /// <summary>Classes that have learned tokens of their own each; null where all share theirs.</summary>
    public int? ContextClasses { get; init; }

    /// <summary>Layers of the text tower that have learned tokens.</summary>
    public int TextDepth { get; init; }

    /// <summary>Learned tokens added to each image sequence; of MaPLe, those of its texts.</summary>
    public int VisionLength { get; init; }

    /// <summary>Layers of the image tower that have learned tokens.</summary>
    public int VisionDepth { get; init; }

    /// <summary>Width of the space that the projector leads into.</summary>
    public int TeacherEmbedding { get; init; }

    /// <summary>Linear layers of the projector.</summary>
    public int ProjectorLayers { get; init; }
}
