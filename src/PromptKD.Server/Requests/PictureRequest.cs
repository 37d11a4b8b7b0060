namespace PromptKD.Server.Requests;

/// <summary>What a client asks of pictures, however it was sent.</summary>
/// <param name="Pictures">At least one.</param>
internal sealed record PictureRequest(IReadOnlyList<SentPicture> Pictures)
{
    /// <summary>Which model; null for the first.</summary>
    public string? Model { get; init; }

    /// <summary>How many classes to give.</summary>
    public int? Top { get; init; }

    /// <summary>Probability, 0–1, below which the most probable class is no answer.</summary>
    public double? Threshold { get; init; }
}

/// <summary>A picture that a client sent.</summary>
/// <param name="Name">As the client calls it; null for nothing.</param>
/// <param name="File">The bytes of its file.</param>
internal sealed record SentPicture(string? Name, ReadOnlyMemory<byte> File);
