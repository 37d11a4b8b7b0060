namespace PromptKD.Inference;

/// <summary>A picture on its way: read or not, answered or not yet.</summary>
internal sealed class PictureReading
{
    /// <summary>What was read; null where it could not be.</summary>
    public PreparedPicture? Picture { get; init; }

    /// <summary>Why it could not be read.</summary>
    public PromptKDException? Error { get; init; }

    /// <summary>What the model says of it.</summary>
    public PictureOutput? Output { get; set; }
}
