using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Data.Shards;

/// <summary>
/// Pictures in a tar archive, as WebDataset lays them out: the files of one sample have the same path up to the first
/// dot of their name. Listed once; each picture is then read by its place in the file, so any order costs the same.
/// </summary>
/// <remarks>github.com/webdataset/webdataset, "The WebDataset Format".</remarks>
internal sealed class TarShard : IShard
{
    // What a sample's class may be written in: the first that there is counts.
    private static readonly string[] s_labelEndings = ["cls", "json", "txt"];

    private readonly string _path;
    private readonly List<ShardPicture> _pictures = [];
    private readonly List<string> _keys = [];
    private readonly Dictionary<string, FileBytes> _labelFiles = new(StringComparer.Ordinal);

    private TarShard(string path) => _path = path;

    /// <inheritdoc/>
    public IReadOnlyList<ShardPicture> Pictures => _pictures;

    /// <inheritdoc/>
    public LeftOutCounter LeftOut { get; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<string>? ClassNames => null;

    /// <summary>Lists an archive.</summary>
    /// <param name="path">A tar archive that is not compressed.</param>
    /// <exception cref="PromptKDException">It cannot be read, or ends early.</exception>
    public static TarShard Open(string path)
    {
        var shard = new TarShard(path);
        int entries = 0;
        try
        {
            using FileStream stream = RegularFile.Open(path);
            using var reader = new TarReader(stream);
            while (reader.GetNextEntry() is { } entry)
            {
                entries++;
                shard.Add(entry, stream.Length);
            }

            shard.CountLabelsWithoutPicture();
            return shard;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException
            or FormatException)
        {
            throw new PromptKDException(
                $"{path}: not a whole tar archive: {error.Message} (behind entry {entries}). Compressed archives have to "
                + "be decompressed first.",
                error);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ShardLabel?> ReadLabels() => [.. _keys.Select(ReadLabel)];

    private void Add(TarEntry entry, long archiveLength)
    {
        string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
        string file = name[(name.LastIndexOf('/') + 1)..];
        bool isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile
            or TarEntryType.ContiguousFile;
        if (!isFile || file.StartsWith('.'))
        {
            PassOver(entry, isFile, file);
            return;
        }

        if (entry.DataOffset + entry.Length > archiveLength)
        {
            throw new InvalidDataException($"'{name}' is cut short");
        }

        var bytes = new FileBytes(_path, entry.DataOffset, entry.Length);
        int dot = file.IndexOf('.', StringComparison.Ordinal);
        string key = dot < 0 ? name : name[..(name.Length - file.Length + dot)];
        if (PictureFile.IsPicture(file))
        {
            _pictures.Add(new ShardPicture(name, bytes));
            _keys.Add(key);
            return;
        }

        if (dot >= 0 && s_labelEndings.Contains(file[(dot + 1)..], StringComparer.OrdinalIgnoreCase))
        {
            _labelFiles[$"{key}.{file[(dot + 1)..].ToLowerInvariant()}"] = bytes;
        }
        else
        {
            LeftOut.AddFile(name);
        }
    }

    // Folders are no contents; headers of the archive itself do not come here.
    private void PassOver(TarEntry entry, bool isFile, string file)
    {
        if (isFile)
        {
            LeftOut.AddFile(file);
        }
        else if (entry.EntryType is not (TarEntryType.Directory or TarEntryType.DirectoryList))
        {
            LeftOut.Add(LeftOutKinds.NoFiles);
        }
    }

    // A label is part of its picture's sample; one without a picture is left out.
    private void CountLabelsWithoutPicture()
    {
        var keys = _keys.ToHashSet(StringComparer.Ordinal);
        foreach (string file in _labelFiles.Keys.Where(file => !keys.Contains(Path.ChangeExtension(file, null))))
        {
            LeftOut.AddFile(file);
        }
    }

    private ShardLabel? ReadLabel(string key)
    {
        string? file = s_labelEndings.Select(ending => $"{key}.{ending}").FirstOrDefault(_labelFiles.ContainsKey);
        if (file is null)
        {
            return null;
        }

        string text = ReadText(_labelFiles[file], file);
        return file.EndsWith(".json", StringComparison.Ordinal) ? ReadJson(file, text) : ReadText(text);
    }

    private string ReadText(FileBytes entry, string name)
    {
        try
        {
            return entry.Use(bytes => Encoding.UTF8.GetString(bytes)).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new PromptKDException($"{_path}/{name}: cannot be read: {error.Message}", error);
        }
    }

    private static ShardLabel ReadText(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? new ShardLabel(number, "")
            : new ShardLabel(null, text);

    private ShardLabel? ReadJson(string file, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("label", out JsonElement label)
                ? ReadText(label.ToString())
                : null;
        }
        catch (JsonException error)
        {
            throw new PromptKDException($"{_path}/{file}: not JSON: {error.Message}", error);
        }
    }
}
