using PromptKD.Runtime;

namespace PromptKD.Server.Models;

/// <summary>What changes with a model on disk: its files, how long they are and when they were written.</summary>
/// <param name="Text">Equal where nothing has changed.</param>
internal sealed record ModelStamp(string Text)
{
    /// <summary>The stamp of what lies at a place now; reads no file.</summary>
    public static ModelStamp Of(ModelSource source) => new(string.Join(
        '|', Files(source).Order(StringComparer.Ordinal).Select(file => $"{file} {FileStamp.OfAny(file)}")));

    private static string[] Files(ModelSource source)
    {
        try
        {
            return Directory.Exists(source.Path)
                ? Directory.GetFiles(source.Path)
                : Directory.GetFiles(
                    Path.GetDirectoryName(Path.GetFullPath(source.Path))!,
                    $"{Path.GetFileNameWithoutExtension(source.Path)}.*");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Replaced in this moment.
            return [];
        }
    }
}
