namespace PromptKD.Data.Datasets;

/// <summary>How the lists of a data set are read, and who is told of it.</summary>
/// <param name="Seed">Of the shots, and of the parts where no file gives them.</param>
internal sealed record ProtocolReading(int Seed)
{
    /// <summary>Whether it is PromptKD's base-to-novel mode.</summary>
    public bool BaseToNovel { get; init; }

    /// <summary>Told what is odd, but can be done without; null for nobody.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Where draws are kept; null to draw anew.</summary>
    public IKeptShots? Kept { get; init; }

    /// <summary>Receives what Dassl's programs print; null for nobody.</summary>
    public Action<string>? Say { get; init; }
}
