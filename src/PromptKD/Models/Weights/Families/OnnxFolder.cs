using System.Text.Json;
using PromptKD.Models.Clip;
using PromptKD.Models.Towers.Graphs;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights.Families;

/// <summary>
/// A CLIP as ONNX files, in the layout in which such exports are published (docs/formats.md); or an image tower alone.
/// </summary>
internal sealed class OnnxFolder
{
    /// <summary>Tells such a folder or file from others.</summary>
    public const string Prefix = "onnx:";

    private const string Ending = ".onnx";
    private const string VisionName = "vision_model.onnx";
    private const string TextName = "text_model.onnx";
    private const string SubFolder = "onnx";
    private const string ConfigName = "config.json";
    private const string OwnName = "promptkd.json";
    private const string OwnFormat = "promptkd-clip-onnx";
    private const int Reduction = 32;
    private const int Channels = 3;

    // Where nothing says it: that of all published CLIPs.
    private static readonly double s_clipsScale = Math.Log(100);

    private readonly string _vision;
    private readonly string? _text;
    private readonly JsonElement? _config;
    private readonly JsonElement? _own;

    private OnnxFolder(string given, string folder, string vision, string? text)
    {
        (Given, Folder, _vision, _text) = (given, folder, vision, text);
        _config = ReadIfAny(ConfigName);
        _own = ReadIfAny(OwnName);
        if (_own.Text("format", OwnPath) is { } format
            && (format != OwnFormat || _own.Integer("version", OwnPath) != 1))
        {
            throw new PromptKDException(
                $"{OwnPath}: format '{format}', expected '{OwnFormat}' of version 1. Take a newer build.")
            {
                Code = PromptKDError.NotSupported,
            };
        }
    }

    /// <summary>As the user names it.</summary>
    public string Given { get; }

    /// <summary>The folder, where a vocabulary may lie too.</summary>
    public string Folder { get; }

    /// <summary>Every file that holds weights.</summary>
    public IReadOnlyList<string> WeightFiles { get; private set; } = [];

    private string OwnPath => Path.Combine(Folder, OwnName);

    private string ConfigPath => Path.Combine(Folder, ConfigName);

    /// <summary>Whether a name is one of ONNX files.</summary>
    public static bool IsNamed(string given) =>
        given.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            || given.EndsWith(Ending, StringComparison.OrdinalIgnoreCase);

    /// <summary>The path in a name, which may have <see cref="Prefix"/>.</summary>
    public static string PathIn(string given) =>
        given.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? given[Prefix.Length..] : given;

    /// <summary>Finds the files.</summary>
    /// <param name="given">A folder or a file, with <see cref="Prefix"/> or, a file, without it.</param>
    /// <exception cref="PromptKDException">There are none, or several that may be meant.</exception>
    public static OnnxFolder Find(string given)
    {
        string path = PathIn(given);
        if (!Directory.Exists(path))
        {
            if (!File.Exists(path))
            {
                throw new PromptKDException($"{given}: there is no such file or folder.")
                {
                    Code = PromptKDError.MissingFile,
                };
            }

            string beside = ModelFolder.Of(path);
            bool isInside = Path.GetFileName(beside) == SubFolder
                && !File.Exists(Path.Combine(beside, "preprocessor_config.json"));
            return new OnnxFolder(
                given, isInside ? Path.GetDirectoryName(beside)! : beside, path,
                Path.GetFileName(path) == VisionName ? TextBeside(path) : null);
        }

        string[] places = [Path.Combine(path, SubFolder), path];
        string? usual = places.SelectMany(place => new[] { VisionName, "model.onnx" }, Path.Combine)
            .FirstOrDefault(File.Exists);
        string[] others = usual is not null ? [] :
        [
            .. places.Where(Directory.Exists)
                .SelectMany(place => Directory.EnumerateFiles(place, $"*{Ending}"))
                .Order(StringComparer.Ordinal),
        ];
        string vision = usual ?? (others.Length == 1 ? others[0] : throw new PromptKDException(
            $"{given}: expected {VisionName} in it or in its folder {SubFolder}, or a single {Ending} file, found "
            + $"{(others.Length == 0 ? "none" : string.Join(", ", others.Select(Path.GetFileName)))}."));
        return new OnnxFolder(given, path, vision, TextBeside(vision));
    }

    /// <summary>Reads all but the constants.</summary>
    /// <exception cref="PromptKDException">
    /// A graph is not what it should be, or nothing says how pictures are prepared.
    /// </exception>
    public FamilyModel Read()
    {
        var vision = GraphSummary.Read(_vision);
        GraphSummary? text = _text is null ? null : GraphSummary.Read(_text);
        WeightFiles =
        [
            .. FilesOf(vision), .. text is null ? [] : FilesOf(text), .. _own is null ? (string[])[] : [OwnPath],
        ];
        CheckDigests();
        ClipPreprocessing preprocessing = HuggingFacePreprocessing.TryRead(Folder) ?? throw new PromptKDException(
            $"{Given}: no preprocessor_config.json in {Folder}, so nothing says how its pictures are prepared. It is "
            + "part of what the model was published with.");
        var tower = TowerGraph.OfPictures(vision);
        ClipArchitecture architecture = AddText(OfPictures(tower, preprocessing), text);
        return new FamilyModel(
            "ONNX",
            architecture,
            new Dictionary<string, TensorEntry>
            {
                ["logit_scale"] = EntryShaping.Number(
                    _own.Number("logitScale", OwnPath) is > 0 and var scale ? Math.Log(scale) : s_clipsScale),
            },
            preprocessing);
    }

    private ClipArchitecture OfPictures(TowerGraph tower, ClipPreprocessing preprocessing)
    {
        IReadOnlyList<long> sizes = tower.Input.Sizes;
        int size = preprocessing.ImageSize ?? throw new PromptKDException(
            $"{preprocessing.Source}: it does not say the size of the pictures that the graph is given.");
        if ((sizes[1] > 0 && sizes[1] != Channels) || sizes.Skip(2).Any(side => side > 0 && side != size))
        {
            throw new PromptKDException(
                $"{tower.Path}: takes {tower.Input}, but {preprocessing.Source} prepares pictures of 3 × {size} × "
                + $"{size}. Do both belong to one model?");
        }

        int width = tower.Width ?? Measure(tower, size);
        ClipArchitecture architecture = UnseenTower.Of(size, Math.Min(Reduction, size), width) with
        {
            Tower = new TowerDescription { Family = TowerGraph.Family },
            TowerGraph = tower,
        };
        architecture.Check(Given);
        return architecture;
    }

    private ClipArchitecture AddText(ClipArchitecture tower, GraphSummary? text)
    {
        if (text is null)
        {
            return tower;
        }

        var graph = TowerGraph.OfTexts(text);
        JsonElement? config = _config.Section("text_config", ConfigPath);
        string type = _config.Text("model_type", ConfigPath) ?? "";
        (int Context, int Vocabulary)? usual = type switch
        {
            "clip" => (77, 49408),
            "siglip" => (64, 32000),
            _ => null,
        };
        int context = _own.Count("contextLength", OwnPath)
            ?? (graph.Input.Sizes is [_, > 0 and var length] ? (int?)(int)length : null)
            ?? config.Count("max_position_embeddings", ConfigPath)
            ?? usual?.Context
            ?? throw new PromptKDException(
                $"{text.Source}: takes texts of any length, and no {ConfigName} of clip or siglip says which it was "
                + $"trained with. Put the one that the model was published with into {Folder}.");
        if (graph.Width is { } width && width != tower.EmbeddingSize)
        {
            throw new PromptKDException(
                $"{Given}: its texts end in {width} features, its pictures in {tower.EmbeddingSize}. Export both "
                + "towers with their projections (image_embeds, text_embeds).");
        }

        return tower with
        {
            Text = new TextDescription { Family = TowerGraph.Family },
            TextGraph = graph,
            TextWidth = tower.EmbeddingSize,
            TextHeads = 1,
            ContextLength = context,
            VocabularySize = config.Count("vocab_size", ConfigPath) ?? usual?.Vocabulary ?? 0,
        };
    }

    private static int Measure(TowerGraph tower, int size)
    {
        using OnnxSession session = tower.Open();
        int rows = tower.Rows ?? 1;
        return tower.Ask(session, new float[rows * Channels * size * size], [rows, Channels, size, size]).Length / rows;
    }

    // Where PromptKD wrote the folder, it says what each file is.
    private void CheckDigests()
    {
        foreach (JsonProperty file in _own.Section("files", OwnPath)?.EnumerateObject() ?? default)
        {
            string path = Path.Combine(Folder, file.Name);
            if (WeightFiles.Any(one => Path.GetFullPath(one) == Path.GetFullPath(path))
                && FileDigest.Sha256([path]) != file.Value.GetString())
            {
                throw new PromptKDException(
                    $"{path}: not the file that {OwnPath} belongs to, or damaged. Copy the folder again.");
            }
        }
    }

    private JsonElement? ReadIfAny(string name)
    {
        string path = Path.Combine(Folder, name);
        return File.Exists(path) ? ModelFolder.ReadJson(path) : null;
    }

    private static string? TextBeside(string vision) =>
        Path.Combine(ModelFolder.Of(vision), TextName) is var path && File.Exists(path) ? path : null;

    private static IEnumerable<string> FilesOf(GraphSummary graph) =>
        [graph.Source, .. graph.Beside.Select(name => Path.Combine(ModelFolder.Of(graph.Source), name))];
}
