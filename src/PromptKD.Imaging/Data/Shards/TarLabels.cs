using System.Globalization;
using System.Text;
using System.Text.Json;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using PromptKD.Text.Names;

namespace PromptKD.Data.Shards;

/// <summary>What the label files of a tar archive say of its samples.</summary>
/// <param name="path">The archive, for messages.</param>
internal sealed class TarLabels(string path)
{
    /// <summary>Larger files are no labels, bytes.</summary>
    public const int LargestFile = 1 << 20;

    /// <summary>The ending of files that are nothing but labels.</summary>
    public const string ClassEnding = ".cls";

    // What a sample's class may be written in: the first that there is counts.
    private static readonly string[] s_endings = ["cls", "json", "txt"];

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, IPictureBytes> _files = new(StringComparer.Ordinal);

    /// <summary>Names of the label files: a sample's key and an ending.</summary>
    public IEnumerable<string> Files => _files.Keys;

    /// <summary>Whether an ending is that of a label file.</summary>
    public static bool IsLabel(string ending) => s_endings.Contains(ending, StringComparer.OrdinalIgnoreCase);

    /// <summary>Keeps where a label file lies.</summary>
    /// <exception cref="PromptKDException">The sample has another one of that ending.</exception>
    public void Add(string key, string ending, IPictureBytes bytes)
    {
        string file = $"{key}.{ending.ToLowerInvariant()}";
        if (!_files.TryAdd(file, bytes))
        {
            throw new PromptKDException(
                $"{path}: there are two labels {ListedName.Show(file)}, as where archives were joined. Keep each "
                + "archive as it was, or give every sample a name of its own.");
        }
    }

    /// <summary>The classes of samples, null for one without a label.</summary>
    /// <param name="keys">The sample of each picture.</param>
    /// <param name="pictures">The pictures, in the same order.</param>
    /// <param name="stop">Stops between samples.</param>
    /// <exception cref="PromptKDException">
    /// A label cannot be read, or is of several pictures; or two contradict.
    /// </exception>
    public IReadOnlyList<ShardLabel?> Read(
        IReadOnlyList<string> keys, IReadOnlyList<ShardPicture> pictures, CancellationToken stop)
    {
        var labels = new ShardLabel?[keys.Count];
        var pictureOf = new Dictionary<string, int>(keys.Count, StringComparer.Ordinal);
        for (int index = 0; index < labels.Length; index++)
        {
            stop.ThrowIfCancellationRequested();
            if (!pictureOf.TryAdd(keys[index], index))
            {
                throw new PromptKDException(
                    $"{path}: {ListedName.Show(pictures[pictureOf[keys[index]]].Name)} and "
                    + $"{ListedName.Show(pictures[index].Name)} are one sample, {ListedName.Show(keys[index])}: the "
                    + "name of a sample ends at its first dot. Where labels are wanted, each needs one picture: rename "
                    + "or remove one.");
            }

            labels[index] = Read(keys[index]);
        }

        return labels;
    }

    /// <summary>The text of a sample whose number stands in another file; null where it has none.</summary>
    /// <exception cref="PromptKDException">It cannot be read.</exception>
    public string? ReadTextBesideNumber(string key, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        string file = $"{key}.{s_endings[^1]}";
        return _files.ContainsKey(file) && Read(key)?.Number is not null ? ReadFile(file)?.Name : null;
    }

    private ShardLabel? Read(string key)
    {
        (string File, ShardLabel? Label)[] found =
        [
            .. s_endings.Select(ending => $"{key}.{ending}")
                .Where(_files.ContainsKey)
                .Take(2)
                .Where((file, place) => place == 0 || file.EndsWith(".json", StringComparison.Ordinal))
                .Select(file => (file, ReadFile(file))),
        ];
        if (found is [(_, { } first), (_, { } second)]
            && first.Number is null == second.Number is null
            && first != second)
        {
            throw new PromptKDException(
                $"{path}: {ListedName.Show(found[0].File)} says {Say(first)}, {ListedName.Show(found[1].File)} says "
                + $"{Say(second)}. Correct or remove one.");
        }

        return found.Length == 0 ? null : found[0].Label;
    }

    private static string Say(ShardLabel label) =>
        label.Number is { } number ? $"{number}" : ListedName.Show(label.Name);

    private ShardLabel? ReadFile(string file)
    {
        string text;
        try
        {
            text = _files[file].Use(bytes => bytes.Length <= LargestFile
                ? s_utf8.GetString(bytes)
                : throw new InvalidDataException($"{bytes.Length} bytes are no label")).Trim().TrimStart('\uFEFF');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new PromptKDException($"{path}/{file}: cannot be read: {error.Message}", error);
        }
        catch (DecoderFallbackException error)
        {
            throw new PromptKDException($"{path}/{file}: not in UTF-8. Write it anew, in UTF-8.", error);
        }

        return file.EndsWith(".json", StringComparison.Ordinal) ? ReadJson(file, text) : ReadText(text);
    }

    private static ShardLabel ReadText(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? new ShardLabel(number, "")
            : new ShardLabel(null, text);

    private ShardLabel? ReadJson(string file, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, RecordJson.Exact);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("label", out JsonElement label)
                ? ReadText(label.ToString())
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new PromptKDException($"{path}/{file}: not JSON: {error.Message}", error);
        }
    }
}
