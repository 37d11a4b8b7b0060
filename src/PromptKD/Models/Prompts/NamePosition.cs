namespace PromptKD.Models.Prompts;

/// <summary>
/// Where the class name stands in a sentence with learned tokens (CoOp, arXiv 2109.01134, section 3.2).
/// </summary>
internal enum NamePosition
{
    /// <summary>Behind all learned tokens.</summary>
    End,

    /// <summary>Behind the first half of them; of an odd number, the smaller half.</summary>
    Middle,

    /// <summary>Before all of them.</summary>
    Front,
}
