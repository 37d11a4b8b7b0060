namespace PromptKD.Data.Pictures;

/// <summary>One picture of a data set.</summary>
/// <param name="Path">The file; of a picture in a shard, the shard and the picture's name or number in it.</param>
/// <param name="Label">Number of its class, from 0; null where nobody has labelled it.</param>
/// <param name="ClassName">Name of its class, where known.</param>
internal sealed record PictureItem(string Path, int? Label = null, string? ClassName = null)
{
    /// <summary>The picture's bytes: those of the file, unless it lies in a shard.</summary>
    public IPictureBytes Bytes { get; init; } = new FileBytes(Path);
}
