using PromptKD.Models.Clip;
using PromptKD.Models.Weights.Families;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights;

/// <summary>
/// The weights of a CLIP, read from any of the formats it is published in. It owns its tensors: dispose it when a
/// model has taken its copy.
/// </summary>
internal sealed class ClipCheckpoint : IDisposable
{
    private readonly Lazy<string> _sha256;
    private readonly Dictionary<string, Tensor> _tensors;

    private ClipCheckpoint(
        ClipArchitecture architecture, Dictionary<string, Tensor> tensors, IReadOnlyList<string> files)
    {
        Architecture = architecture;
        _tensors = tensors;
        WeightFiles = files;
        Folder = files is [var first, ..] ? Path.GetDirectoryName(Path.GetFullPath(first))! : "";
        _sha256 = new Lazy<string>(() => FileDigest.Sha256(WeightFiles));
    }

    /// <summary>The model's dimensions.</summary>
    public ClipArchitecture Architecture { get; private set; }

    /// <summary>Every parameter under OpenAI's name, on the CPU, in the type it is stored in.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>The paths it was read from.</summary>
    public IReadOnlyList<string> WeightFiles { get; }

    /// <summary>
    /// The parameter <c>logit_scale</c>: natural logarithm of the factor between cosine similarities and logits
    /// (4.605 = ln 100 in all published CLIPs).
    /// </summary>
    public double LogitScale
    {
        get
        {
            using Tensor scale = Tensors["logit_scale"].to(ScalarType.Float64, copy: true);
            return scale.item<double>();
        }
    }

    /// <summary>How images are prepared, where the folder says so; null means as OpenAI does.</summary>
    public ClipPreprocessing? Preprocessing { get; private init; }

    /// <summary>The folder that the weights lie in, where a vocabulary may lie too.</summary>
    public string Folder { get; private init; }

    /// <summary>
    /// SHA-256 of the weight file, 64 lower-case hexadecimal digits; of several files, that of all one after another.
    /// Computed when first asked for.
    /// </summary>
    public string Sha256 => _sha256.Value;

    /// <summary>Format, architecture and file, for people.</summary>
    public string Description { get; private init; } = "";

    /// <summary>
    /// Opens an OpenAI archive (.pt), a file under OpenAI's or open_clip's names (.pt, .bin, .safetensors), a Hugging
    /// Face folder, an open_clip folder, ONNX files (<c>onnx:DIR</c>), or one of OpenAI's models by name.
    /// </summary>
    /// <param name="pathOrName">A path, or a name such as <c>openai:ViT-B/16</c>.</param>
    /// <param name="fetch">Gets a named model and returns its path; without it only paths are accepted.</param>
    /// <param name="overrides">
    /// Goes before all that is stated elsewhere: by the configuration in the folder or beside the file (see
    /// <see cref="NamedFile"/>), or by a safetensors file's metadata under <c>activation</c> (<c>quick_gelu</c> or
    /// <c>gelu</c>), <c>vision_heads</c> and <c>text_heads</c>. These two must not contradict each other. Files of
    /// OpenAI's format that state nothing are QuickGELU models with heads of 64 channels
    /// (see <see cref="ClipArchitecture.Infer"/>).
    /// </param>
    /// <exception cref="PromptKDException">
    /// There is nothing there, it is cut short or in no known format, it is not a complete CLIP, or nothing says what
    /// its tensors do not show.
    /// </exception>
    public static ClipCheckpoint Open(
        string pathOrName, Func<OpenAiModel, string>? fetch = null, ClipDetails? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(pathOrName);
        string path = pathOrName;
        if (pathOrName.StartsWith(OpenAiModels.Prefix, StringComparison.OrdinalIgnoreCase))
        {
            OpenAiModel model = OpenAiModels.Find(pathOrName);
            path = fetch?.Invoke(model) ?? throw new PromptKDException(
                $"{pathOrName}: models are not fetched here. Give the path of {model.FileName}, from {model.Address}.");
        }

        if (!OnnxFolder.IsNamed(path) && !Path.Exists(path))
        {
            throw new PromptKDException($"{path}: there is no such file.{OpenAiModels.Suggest(path)}")
            {
                Code = PromptKDError.MissingFile,
            };
        }

        if (OnnxFolder.IsNamed(path))
        {
            return OfGraphs(OnnxFolder.Find(path), overrides?.ImageSize);
        }

        using (FamilyFiles? files = FamilyFiles.TryOpen(path))
        {
            if (files is not null)
            {
                return OfFamily(files, overrides ?? new ClipDetails());
            }
        }

        return Read(
            path,
            Directory.Exists(path) ? ModelFolder.Open(path) : NamedFile.Describe(path),
            overrides ?? new ClipDetails());
    }

    /// <summary>Takes other values in the place of its own, which are freed.</summary>
    /// <param name="others">Of the same shapes, under OpenAI's names; taken over.</param>
    public void Replace(IReadOnlyDictionary<string, Tensor> others)
    {
        foreach ((string name, Tensor value) in others)
        {
            _tensors[name].Dispose();
            _tensors[name] = value;
        }
    }

    /// <summary>Chooses what computes the towers that are ONNX files; others are computed by libtorch always.</summary>
    /// <param name="target">Names the provider and the device.</param>
    public void ComputeOn(ComputeTarget target) => Architecture = Architecture with
    {
        TowerGraph = Architecture.TowerGraph?.On(target),
        TextGraph = Architecture.TextGraph?.On(target),
    };

    /// <summary>The same model, whose positions are resampled in another way; takes over this one's tensors.</summary>
    /// <param name="kind">Whose way.</param>
    /// <param name="imageSize">
    /// For a CLIP's own vision transformer, side of its pictures, pixels; null for its own.
    /// </param>
    internal ClipCheckpoint Resampled(PositionResampling kind, int? imageSize)
    {
        ClipArchitecture architecture = Architecture;
        if (architecture.Tower is { } tower)
        {
            architecture = architecture with { Tower = tower with { Positions = kind } };
        }
        else if (imageSize is { } size)
        {
            var entries = Tensors.ToDictionary(
                one => one.Key, one => new TensorEntry(one.Value.shape, one.Value.dtype, () => one.Value.clone()));
            architecture = ResizedPositions.Apply(Description, entries, architecture, size, kind);
            Replace(new Dictionary<string, Tensor>
            {
                ["visual.positional_embedding"] = entries["visual.positional_embedding"].Read()
                    .DetachFromDisposeScope(),
            });
        }

        return new ClipCheckpoint(architecture, _tensors, WeightFiles)
        {
            Preprocessing = Preprocessing,
            Description = Description,
        };
    }

    /// <summary>A tower that is in no file, without texts.</summary>
    /// <param name="architecture">Its sizes.</param>
    /// <param name="logitScale">As <see cref="LogitScale"/>.</param>
    /// <param name="description">As <see cref="Description"/>.</param>
    internal static ClipCheckpoint OfTower(ClipArchitecture architecture, double logitScale, string description) => new(
        architecture, new() { ["logit_scale"] = tensor(logitScale).DetachFromDisposeScope() }, [])
    {
        Description = description,
    };

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static ClipCheckpoint OfFamily(FamilyFiles files, ClipDetails overrides)
    {
        FamilyModel model = FamilyReader.Read(files, overrides);
        ResizedPositions.RequireSome(files.Path, model.Architecture, overrides.ImageSize);
        return new ClipCheckpoint(model.Architecture, TensorEntry.ReadAll(model.Entries), files.WeightFiles)
        {
            Preprocessing = model.Preprocessing?.At(overrides.ImageSize),
            Description = Describe(model.Format, model.Architecture, files.Path),
        };
    }

    // A name says whose it is; sizes do not go with one.
    private static string Describe(string format, ClipArchitecture architecture, string path) =>
        architecture.Name.StartsWith("a ", StringComparison.Ordinal)
            ? $"{architecture.Name} from {path}"
            : $"{format} {architecture.Name} from {path}";

    private static ClipCheckpoint OfGraphs(OnnxFolder folder, int? imageSize)
    {
        FamilyModel model = folder.Read();
        ResizedPositions.RequireSome(folder.Given, model.Architecture, imageSize);
        return new ClipCheckpoint(model.Architecture, TensorEntry.ReadAll(model.Entries), folder.WeightFiles)
        {
            Folder = folder.Folder,
            Preprocessing = model.Preprocessing,
            Description = folder.Given,
        };
    }

    private static ClipCheckpoint Read(string path, ModelFolder folder, ClipDetails overrides)
    {
        var files = new List<CheckpointFile>();
        try
        {
            files.AddRange(folder.WeightFiles.Select(CheckpointFile.Open));
            Dictionary<string, TensorEntry> entries = ParameterNames.Translate(
                path, NamePrefix.TakeOff(path, Merge(path, files)));
            var architecture = ClipArchitecture.Infer(
                entries.ToDictionary(entry => entry.Key, entry => entry.Value.Shape),
                path,
                overrides.Or(FileDetails.Join(files[0], folder.Details)),
                folder.IsOpenAi);
            ClipParameters.Check(path, entries, architecture);
            folder.Preprocessing?.RequireSize(architecture.ImageSize);
            if (overrides.ImageSize is { } size)
            {
                architecture = ResizedPositions.Apply(path, entries, architecture, size, folder.Positions);
            }

            return new ClipCheckpoint(architecture, TensorEntry.ReadAll(entries), folder.WeightFiles)
            {
                Preprocessing = folder.Preprocessing?.At(overrides.ImageSize),
                Description = Describe(folder.Format, architecture, path),
            };
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    private static Dictionary<string, TensorEntry> Merge(string path, List<CheckpointFile> files)
    {
        var all = new Dictionary<string, TensorEntry>();
        foreach ((string name, TensorEntry entry) in files.SelectMany(file => file.Tensors))
        {
            if (!all.TryAdd(name, entry))
            {
                throw new PromptKDException(
                    $"{path}: '{name}' is in two of its files. Keep the parts of one model only.");
            }
        }

        return all;
    }
}
