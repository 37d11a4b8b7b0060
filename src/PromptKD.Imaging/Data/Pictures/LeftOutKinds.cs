using System.Globalization;

namespace PromptKD.Data.Pictures;

/// <summary>The kinds of file that are left out, and which of them nobody takes for pictures.</summary>
internal static class LeftOutKinds
{
    /// <summary>Pictures directly in the folder that holds the folders of the classes.</summary>
    public const string BesideClasses = "pictures beside the class folders";

    /// <summary>Pictures whose name, or a folder's above them, begins with a dot.</summary>
    public const string HiddenPictures = "hidden pictures";

    /// <summary>Pictures in folders that a system keeps by itself, such as thumbnails.</summary>
    public const string SystemPictures = "pictures in folders of the system";

    /// <summary>Other files and folders whose name begins with a dot; a folder counts once.</summary>
    public const string Hidden = "hidden files";

    /// <summary>Pictures that a list does not name, beside some that it does: it may be one of a part.</summary>
    public const string Unlisted = "pictures that no list names";

    /// <summary>Links to what is not there.</summary>
    public const string Dangling = "links that lead nowhere";

    /// <summary>Folders that cannot be opened by the name that .NET has of them.</summary>
    public const string LostFolders = "folders whose names are not UTF-8";

    /// <summary>Entries of an archive that are links or devices.</summary>
    public const string NoFiles = "entries that are links or devices";

    /// <summary>Labels of samples that have no picture: it may be missing.</summary>
    public const string LonelyLabels = "labels without a picture";

    private const string NoEnding = "files without an ending";
    private const string SystemBeside = "._*";

    // What operating systems leave behind by themselves.
    private static readonly HashSet<string> s_systemFiles =
        new(["Thumbs.db", "ehthumbs.db", "desktop.ini", ".DS_Store"], StringComparer.OrdinalIgnoreCase);

    // What systems keep: macOS in archives, Synology's thumbnails, the bin and the index of Windows, file systems.
    private static readonly HashSet<string> s_systemFolders = new(
        ["__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found"],
        StringComparer.OrdinalIgnoreCase);

    // What people and programs keep beside pictures.
    private static readonly HashSet<string> s_sideEndings = new(
        [
            ".txt", ".json", ".jsonl", ".csv", ".tsv", ".md", ".xml", ".xmp", ".aae", ".yaml", ".yml", ".html", ".htm",
            ".log", ".url", ".lnk", ".ini", ".db", ".cls", ".mat", ".pkl",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, string> s_singular = new(StringComparer.Ordinal)
    {
        [BesideClasses] = "picture beside the class folders",
        [HiddenPictures] = "hidden picture",
        [SystemPictures] = "picture in a folder of the system",
        [Hidden] = "hidden file",
        [LostFolders] = "folder whose name is not UTF-8",
        [Dangling] = "link that leads nowhere",
        [Unlisted] = "picture that no list names",
        [NoFiles] = "entry that is a link or a device",
        [LonelyLabels] = "label without a picture",
        [NoEnding] = "file without an ending",
    };

    /// <summary>Whether a folder is one that a system keeps by itself, whatever is in it.</summary>
    public static bool IsSystemFolder(string name) => s_systemFolders.Contains(name);

    /// <summary>
    /// The kind of a file that lies in a hidden folder, or in one of the system; null where it does not.
    /// </summary>
    /// <param name="path">With '/' behind each folder.</param>
    public static string? OfHiddenPlace(string path)
    {
        string[] parts = path.Split('/');
        string[] folders = parts[..^1];
        string name = parts[^1];
        bool isOfSystem = folders.Any(IsSystemFolder);
        return !isOfSystem && !folders.Any(IsHidden) ? null
            : !PictureFile.IsPicture(name) || IsHidden(name) ? Hidden
            : isOfSystem ? SystemPictures
            : HiddenPictures;
    }

    /// <summary>The kind of a file that is left out.</summary>
    /// <param name="name">Its name.</param>
    public static string Of(string name) =>
        s_systemFiles.TryGetValue(name, out string? system) ? system
        : name.StartsWith("._", StringComparison.Ordinal) ? SystemBeside
        : name.StartsWith('.') ? PictureFile.IsPicture(name) ? HiddenPictures : Hidden
        : Path.GetExtension(name) is { Length: > 1 } ending ? ending.ToLowerInvariant()
        : NoEnding;

    /// <summary>Whether nobody takes it for a picture that is read.</summary>
    public static bool IsSideFile(string kind) =>
        kind is Hidden or SystemBeside or Unlisted || s_systemFiles.Contains(kind) || s_sideEndings.Contains(kind);

    /// <summary>A number of one kind, in words.</summary>
    public static string Describe(string kind, int count) => string.Create(
        CultureInfo.InvariantCulture, $"{count} {(count == 1 ? s_singular.GetValueOrDefault(kind, kind) : kind)}");

    // An archive's paths may begin with "./", or lead up.
    private static bool IsHidden(string name) => name.StartsWith('.') && name is not ("." or "..");
}
