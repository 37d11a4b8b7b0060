namespace PromptKD.Data.Pictures;

/// <summary>Which files are pictures, by their name. What they hold is told by <see cref="PictureKinds"/>.</summary>
internal static class PictureFile
{
    private static readonly string[] s_extensions =
    [
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".bmp", ".gif", ".webp",
        ".tif", ".tiff", ".heic", ".heif", ".hif", ".avif",
    ];

    /// <summary>The kinds of file that are read, for messages.</summary>
    public static string KnownKinds { get; } = string.Join(", ", s_extensions);

    /// <summary>Whether a path ends like a picture's.</summary>
    public static bool IsPicture(string path) =>
        s_extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
