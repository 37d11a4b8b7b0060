using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Inference.Predictions;

/// <summary>
/// Brings pictures into class folders, as copies or as links. What is there already is never written over.
/// </summary>
internal sealed class PictureSorter : IDisposable
{
    // A class, or what a picture is and what it was taken for.
    private const int LevelsOfFolders = 2;

    private readonly string _folder;
    private readonly bool _asLinks;
    private readonly List<string> _inTheWay = [];
    private readonly HashSet<string> _sources = new(StringComparer.Ordinal);

    // Regardless of case: not every file system tells A.jpg from a.jpg.
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);
    private FolderHold? _hold;
    private int _placed;
    private int _alreadyThere;

    /// <summary>A sorter into a folder, which is cleared of what killed calls left there.</summary>
    /// <param name="folder">Receives a folder for each class that is an answer.</param>
    /// <param name="asLinks">
    /// Links to the pictures in place of copies. Pictures inside of shards are copied all the same.
    /// </param>
    public PictureSorter(string folder, bool asLinks)
    {
        Remains.Clear(folder, LevelsOfFolders);
        _folder = folder;
        _asLinks = asLinks;
    }

    /// <summary>What was done so far.</summary>
    public SortingSummary Summary => new(_placed, _alreadyThere, [.. _inTheWay]);

    /// <inheritdoc/>
    public void Dispose() => _hold?.Dispose();

    /// <summary>Whether a folder lies within what is read, which would read the sorted pictures next time.</summary>
    /// <param name="folder">The folder, which may be new.</param>
    /// <param name="read">A folder that is read, or a file.</param>
    public static bool LiesIn(string folder, string read)
    {
        string within = Path.GetRelativePath(read, folder);
        return Directory.Exists(read) && !Path.IsPathRooted(within)
            && within.Split(Path.DirectorySeparatorChar)[0] != "..";
    }

    /// <summary>Brings a picture into a folder.</summary>
    /// <param name="picture">The picture. A second time it is passed over.</param>
    /// <param name="classFolder">The folder's name; may be a path below the folder of the sorter.</param>
    /// <exception cref="PromptKDException">
    /// It cannot be read any more, or the folder cannot be written, or was moved since the first picture.
    /// </exception>
    public void Add(PictureItem picture, string classFolder)
    {
        if (!_sources.Add(Path.GetFullPath(picture.Path)))
        {
            return;
        }

        _hold ??= FolderHold.Share(_folder);
        string target = FreeName(Path.Combine(_folder, classFolder), NameOf(picture));
        switch (Place(picture, target))
        {
            case true:
                _placed++;
                break;
            case false when IsSame(picture, target):
                _alreadyThere++;
                break;
            default:
                _inTheWay.Add(target);
                break;
        }
    }

    // Pictures of one name from different folders are told apart by a number, the same in every call.
    private string FreeName(string classFolder, string name)
    {
        string target = Path.Combine(classFolder, name);
        for (int number = 2; !_taken.Add(target); number++)
        {
            target = Path.Combine(
                classFolder, $"{Path.GetFileNameWithoutExtension(name)}-{number}{Path.GetExtension(name)}");
        }

        return target;
    }

    private bool Place(PictureItem picture, string target)
    {
        if (_asLinks && IsFile(picture))
        {
            return WholeFile.TryLink(target, Path.GetFullPath(picture.Path));
        }

        // Most of those that are there were copied by an earlier call: they are not copied to be thrown away.
        return !File.Exists(target) && Read(picture, () => picture.Bytes.Use(bytes =>
        {
            byte[] copy = bytes.ToArray();
            return WholeFile.TryCreate(target, stream => stream.Write(copy));
        }));
    }

    private static bool IsSame(PictureItem picture, string target) =>
        (IsFile(picture) && new FileInfo(target).LinkTarget == Path.GetFullPath(picture.Path))
        || Read(picture, () => picture.Bytes.Use(bytes => Holds(target, bytes)));

    private static bool Holds(string file, ReadOnlySpan<byte> content)
    {
        try
        {
            return new FileInfo(file).Length == content.Length
                && RegularFile.ReadAllBytes(file).AsSpan().SequenceEqual(content);
        }
        catch (Exception error) when (RegularFile.ReasonOf(error) is not null)
        {
            return false;
        }
    }

    private static TResult Read<TResult>(PictureItem picture, Func<TResult> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (SkippedPicture.ReasonOf(error) is { } reason)
        {
            throw new PromptKDException($"{picture.Path}: cannot be copied: {reason}.", error);
        }
    }

    private static bool IsFile(PictureItem picture) => picture.Bytes.Path == picture.Path;

    // Of a picture in a shard: the last part of its name, with an ending that its content asks for where it has none.
    private static string NameOf(PictureItem picture)
    {
        string name = Path.GetFileName(picture.Path);
        if (IsFile(picture))
        {
            return name;
        }

        string safe = FolderName.Of(name);
        if (PictureFile.IsPicture(safe))
        {
            return safe;
        }

        PictureKind kind = Read(picture, () => picture.Bytes.Use(PictureKinds.Of));
        return $"{safe}.{PictureKinds.NameOf(kind).ToLowerInvariant()}";
    }
}
