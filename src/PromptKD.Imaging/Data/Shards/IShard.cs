using PromptKD.Data.Pictures;

namespace PromptKD.Data.Shards;

/// <summary>A file that holds many pictures.</summary>
internal interface IShard
{
    /// <summary>The pictures, in the order in which they lie in the file.</summary>
    IReadOnlyList<ShardPicture> Pictures { get; }

    /// <summary>Entries that are no pictures, and say nothing of one.</summary>
    LeftOutCounter LeftOut { get; }

    /// <summary>The names of the classes that labels count in, where the file has them; null where not.</summary>
    IReadOnlyList<string>? ClassNames { get; }

    /// <summary>
    /// What the file says of each picture's class, in the order of <see cref="Pictures"/>; null for nothing.
    /// </summary>
    /// <param name="stop">Stops between labels.</param>
    /// <exception cref="PromptKDException">The labels cannot be read.</exception>
    IReadOnlyList<ShardLabel?> ReadLabels(CancellationToken stop = default);

    /// <summary>
    /// What else may name the classes of labels that are numbers: the texts of a table's columns, the text files beside
    /// numbers. Each is read as far as it is asked for.
    /// </summary>
    /// <param name="stop">Stops between texts.</param>
    /// <exception cref="PromptKDException">One cannot be read.</exception>
    IEnumerable<TextsBesideLabels> ReadTextsBesideLabels(CancellationToken stop = default);
}

/// <summary>One picture of a shard.</summary>
/// <param name="Name">What tells it from the shard's others: behind the shard's path it makes the picture's.</param>
/// <param name="Bytes">Where its bytes lie.</param>
internal sealed record ShardPicture(string Name, IPictureBytes Bytes);

/// <summary>What a shard says of a picture's class: a number or a name.</summary>
/// <param name="Number">Number of the class, from 0; null where it is named.</param>
/// <param name="Name">Name of the class; empty where it is numbered.</param>
internal sealed record ShardLabel(int? Number, string Name);

/// <summary>Texts that lie beside labels, and may be names of classes or anything else.</summary>
/// <param name="Place">The column or the kind of file, for messages.</param>
/// <param name="Texts">In the order of the pictures; null or empty for a picture without any.</param>
internal sealed record TextsBesideLabels(string Place, IEnumerable<string?> Texts);
