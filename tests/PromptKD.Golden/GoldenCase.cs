using System.Text.Json;
using PromptKD.Models.Weights;

namespace PromptKD.Golden;

/// <summary>One folder of reference vectors: <c>case.json</c> and the tensors it describes.</summary>
internal sealed class GoldenCase
{
    private const string CaseFile = "case.json";

    private GoldenCase(string folder, JsonElement json)
    {
        Folder = folder;
        Json = json;
        Kind = json.TryGetProperty("case", out JsonElement kind) && kind.ValueKind == JsonValueKind.String
            ? kind.GetString()!
            : throw new PromptKDException($"{CaseFile} does not say which case it is: no text under 'case'.");
    }

    /// <summary>Absolute path of the folder.</summary>
    public string Folder { get; }

    /// <summary>Path relative to the set, for reports.</summary>
    public required string Name { get; init; }

    /// <summary>What <c>case.json</c> calls itself: "tokenizer", "promptkd-step", ….</summary>
    public string Kind { get; }

    /// <summary>All of <c>case.json</c>.</summary>
    public JsonElement Json { get; }

    /// <summary>Whether the reference rounded the prompts of this case through float16.</summary>
    public bool HalfPrompts => Json.TryGetProperty("half_prompts", out JsonElement value) && value.GetBoolean();

    /// <summary>Every case below a folder, ordered by name.</summary>
    public static IReadOnlyList<GoldenCase> FindAll(string root) =>
        [.. FindFolders(root).Select(folder => Open(root, folder))];

    /// <summary>The folder of every case below a folder, ordered by name.</summary>
    public static IReadOnlyList<string> FindFolders(string root) =>
    [
        .. Directory.EnumerateFiles(root, CaseFile, SearchOption.AllDirectories)
            .Select(path => Path.GetDirectoryName(path)!)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads the description of one case.</summary>
    /// <param name="root">The set that it belongs to.</param>
    /// <param name="folder">Its folder.</param>
    public static GoldenCase Open(string root, string folder) =>
        new(Path.GetFullPath(folder), ReadJson(Path.Combine(folder, CaseFile))) { Name = NameOf(root, folder) };

    /// <summary>The path of a case relative to its set, for reports.</summary>
    public static string NameOf(string root, string folder) => Path.GetRelativePath(root, folder).Replace('\\', '/');

    /// <summary>Absolute path of a file that the case names relative to its folder.</summary>
    public string PathOf(string relative) => Path.GetFullPath(Path.Combine(Folder, relative));

    /// <summary>Reads a JSON file of the case.</summary>
    public JsonElement ReadJsonFile(string relative) => ReadJson(PathOf(relative));

    /// <summary>A list of class names in <c>case.json</c>.</summary>
    public string[] ReadNames(string list) =>
        [.. Json.GetProperty(list).EnumerateArray().Select(name => name.GetString()!)];

    /// <summary>Reads tensors; floating ones become float32 (float64 stays), as the format asks.</summary>
    public Dictionary<string, Tensor> ReadTensors(string relative) =>
        SafetensorsFile.Read(PathOf(relative)).ToDictionary(
            entry => entry.Key,
            entry => entry.Value.dtype is ScalarType.Float16 or ScalarType.BFloat16
                ? entry.Value.to(ScalarType.Float32)
                : entry.Value);

    /// <summary>The absolute tolerance that the case states for a tensor, or null for an exact comparison.</summary>
    public double? Tolerance(string tensor) =>
        Json.TryGetProperty("tolerance", out JsonElement all)
        && all.ValueKind == JsonValueKind.Object
        && all.TryGetProperty(tensor, out JsonElement one)
        && one.TryGetProperty("atol", out JsonElement value)
            ? value.GetDouble()
            : null;

    private static JsonElement ReadJson(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
