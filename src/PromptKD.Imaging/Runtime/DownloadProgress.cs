namespace PromptKD.Runtime;

/// <summary>How far a download has come.</summary>
/// <param name="Source">Where the file comes from.</param>
/// <param name="Received">Bytes on disk, those of an earlier attempt included.</param>
/// <param name="Total">Bytes of the whole file, or null where the server does not say.</param>
internal readonly record struct DownloadProgress(Uri Source, long Received, long? Total);
