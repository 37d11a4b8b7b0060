using System.Globalization;
using PromptKD.Data.Shards;
using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>The files below a folder: their paths below it, with '/', in ordinal order, without hidden ones.</summary>
internal sealed class FolderFiles
{
    private const int MostRepeated = 10_000;

    private static readonly EnumerationOptions s_everything = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    private static readonly string[] s_archives =
    [
        ".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".zst", ".tbz2", ".txz",
    ];

    private readonly List<string> _relative = [];
    private readonly HashSet<string> _openFolders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _listedFolders = new(StringComparer.Ordinal);
    private readonly string _root;
    private readonly int _mostRepeated;
    private readonly CancellationToken _stop;
    private int _repeated;

    private FolderFiles(string root, int mostRepeated, CancellationToken stop)
    {
        _root = root;
        _mostRepeated = mostRepeated;
        _stop = stop;
    }

    /// <summary>Paths of the files, relative to the folder.</summary>
    public IReadOnlyList<string> Relative => _relative;

    /// <summary>Names of the folders directly below the folder, in ordinal order.</summary>
    public IReadOnlyList<string> TopFolders { get; private init; } = [];

    /// <summary>
    /// What is passed over while listing: hidden files and folders, links that lead nowhere, folders of unreadable
    /// names.
    /// </summary>
    public LeftOutCounter PassedOver { get; } = new();

    /// <summary>Lists a folder, and all below it.</summary>
    /// <param name="folder">What to list.</param>
    /// <param name="stop">Stops between files: a folder may hold millions, or lie behind a slow network.</param>
    /// <exception cref="PromptKDException">
    /// There is no such folder, part of it may not be read, or its links lead to the same folders over and over.
    /// </exception>
    public static FolderFiles Find(string folder, CancellationToken stop = default) =>
        Find(folder, MostRepeated, stop);

    /// <summary>As the other form.</summary>
    /// <param name="folder">What to list.</param>
    /// <param name="mostRepeated">How often links may lead to a folder that was listed before.</param>
    /// <param name="stop">Stops between files.</param>
    /// <exception cref="PromptKDException">As of the other form.</exception>
    public static FolderFiles Find(string folder, int mostRepeated, CancellationToken stop)
    {
        if (!Directory.Exists(folder))
        {
            throw WhyNone(folder);
        }

        try
        {
            var root = new DirectoryInfo(folder);
            var files = new FolderFiles(folder, mostRepeated, stop)
            {
                TopFolders =
                [
                    .. root.EnumerateDirectories()
                        .Select(child => child.Name)
                        .Where(IsVisible)
                        .Order(StringComparer.Ordinal),
                ],
            };
            files.Add(root, RealPath.Of(folder), prefix: "");
            files._relative.Sort(StringComparer.Ordinal);
            return files;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PromptKDException($"Cannot list '{folder}': {error.Message}", error);
        }
    }

    /// <summary>Refuses an archive that is given in place of a picture.</summary>
    /// <exception cref="PromptKDException">It is one, by its name.</exception>
    public static void RefuseArchive(string file)
    {
        if (s_archives.Append(".tgz").Contains(Path.GetExtension(file).ToLowerInvariant()))
        {
            throw new PromptKDException(WhatItIs(file));
        }
    }

    // .NET calls a link that leads nowhere a file.
    private static PromptKDException WhyNone(string path) =>
        !File.Exists(path) ? new($"No folder at '{path}'.") { Code = PromptKDError.MissingFile }
        : new FileInfo(path) is var file && LeadsNowhere(file)
            ? new($"'{path}' is a link to '{file.LinkTarget}', where nothing is.") { Code = PromptKDError.MissingFile }
        : new(WhatItIs(path)) { Code = PromptKDError.BadInput };

    // What people give in place of a folder, and what to do with it.
    private static string WhatItIs(string file)
    {
        string ending = Path.GetExtension(file).ToLowerInvariant();
        bool isTar = Path.GetExtension(Path.GetFileNameWithoutExtension(file))
            .Equals(".tar", StringComparison.OrdinalIgnoreCase);
        return PictureFile.IsPicture(file) ? $"'{file}' is one picture. Give a folder of pictures."
            : ending == ".tgz" || isTar
                ? $"'{file}' is a compressed tar archive. Decompress it to a .tar, which is read as it stands, or "
                    + "unpack it."
            : s_archives.Contains(ending) ? $"'{file}' is an archive. Unpack it, and give the folder."
            : $"'{file}' is a file, not a folder. Give a folder of pictures, or a shard ({ShardFiles.KnownKinds}).";
    }

    /// <param name="folder">What to list.</param>
    /// <param name="realPath">Where that is once all links are followed.</param>
    /// <param name="prefix">What the paths of its files begin with.</param>
    private void Add(DirectoryInfo folder, string realPath, string prefix)
    {
        // A link to a folder that is being listed would lead round in a circle.
        if (!_openFolders.Add(realPath))
        {
            return;
        }

        CountRepeated(realPath);

        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos())
        {
            _stop.ThrowIfCancellationRequested();
            if (entry is DirectoryInfo && LostName.IsOf(entry.FullName))
            {
                PassedOver.Add(LeftOutKinds.LostFolders);
            }
            else if (!IsVisible(entry.Name))
            {
                PassOver(entry);
            }
            else if (entry is DirectoryInfo child)
            {
                Add(child, RealPath.Within(realPath, child.Name), $"{prefix}{child.Name}/");
            }
            else if (!PictureFile.IsPicture(entry.Name) && LeadsNowhere(entry))
            {
                PassedOver.Add(LeftOutKinds.Dangling);
            }
            else
            {
                _relative.Add(prefix + entry.Name);
            }
        }

        _openFolders.Remove(realPath);
    }

    // Links without a circle, too, may lead to one folder in more ways than can be listed: two to a next one, of which
    // each has two, and so on. The system's own folders, as /sys and /proc, are full of such.
    private void CountRepeated(string realPath)
    {
        if (!_listedFolders.Add(realPath) && ++_repeated > _mostRepeated)
        {
            throw new PromptKDException(string.Create(
                CultureInfo.InvariantCulture,
                $"The links below '{_root}' lead to the same folders over and over, more than {_mostRepeated:N0} "
                + $"times, the last time to '{realPath}'. Give a folder whose links lead to each picture once."));
        }
    }

    // A folder's pictures count, so that a name with a dot does not hide them from their owner.
    private void PassOver(FileSystemInfo entry)
    {
        if (entry is not DirectoryInfo folder)
        {
            PassedOver.AddFile(entry.Name);
            return;
        }

        int pictures = folder.EnumerateFiles("*", s_everything).Count(IsVisiblePicture);
        PassedOver.Add(
            LeftOutKinds.IsSystemFolder(folder.Name) ? LeftOutKinds.SystemPictures : LeftOutKinds.HiddenPictures,
            pictures);
        PassedOver.Add(LeftOutKinds.Hidden, pictures == 0 ? 1 : 0);
    }

    private bool IsVisiblePicture(FileInfo file)
    {
        _stop.ThrowIfCancellationRequested();
        return PictureFile.IsPicture(file.Name) && IsVisible(file.Name);
    }

    private static bool LeadsNowhere(FileSystemInfo entry)
    {
        try
        {
            return entry.LinkTarget is not null
                && entry.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true };
        }
        catch (IOException)
        {
            return true; // In a circle.
        }
    }

    private static bool IsVisible(string name) => !name.StartsWith('.') && !LeftOutKinds.IsSystemFolder(name);
}
