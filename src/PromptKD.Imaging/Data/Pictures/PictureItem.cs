using PromptKD.Runtime;
using PromptKD.Runtime.Remote;

namespace PromptKD.Data.Pictures;

/// <summary>One picture of a data set.</summary>
/// <param name="Path">The file; of a picture in a shard, the shard and the picture's name or number in it.</param>
/// <param name="Label">Number of its class, from 0; null where nobody has labelled it.</param>
/// <param name="ClassName">Name of its class, where known.</param>
internal sealed record PictureItem(string Path, int? Label = null, string? ClassName = null)
{
    /// <summary>The picture's bytes: those of the file, unless it lies in a shard.</summary>
    public IPictureBytes Bytes { get; init; } = new FileBytes(Path);

    /// <summary>What its file was like when it was hashed; null where it was not hashed, or could not be.</summary>
    public FileStamp? Hashed { get; init; }

    /// <summary>What the picture is called, seen from a folder: its path from there, with '/'.</summary>
    /// <param name="root">The folder.</param>
    public string NameFrom(string root) => RemoteAddress.IsRemote(Path)
        ? RemoteAddress.NameFrom(root, Path)
        : System.IO.Path.GetRelativePath(root, Path).Replace('\\', '/');

    /// <summary>What to say where the file is no longer the one that was hashed; null where it is.</summary>
    public PromptKDException? FindChange()
    {
        if (Hashed is not { } hashed)
        {
            return null;
        }

        FileStamp? now = FileStamp.OfAny(Bytes.Path);
        return now == hashed
            ? null
            : new PromptKDException(
                $"{Path}: {(now is null ? "gone" : "changed")} since it was hashed, so what would be made is not of "
                + "the pictures that it names. Put it back as it was, and the same command goes on; or start afresh in "
                + "another output folder.");
    }
}
