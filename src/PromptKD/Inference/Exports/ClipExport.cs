using PromptKD.Configuration.Presets;
using PromptKD.Data.Decoding;
using PromptKD.Export.Onnx;
using PromptKD.Features;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Inference.Exports;

/// <summary>
/// Makes ONNX files of the two towers of a CLIP, in the layout in which such models are published. Their features are
/// compared with libtorch's before the folder gets its name.
/// </summary>
public static class ClipExport
{
    private const string GraphFolder = "onnx";
    private const string ReportFile = "promptkd.json";
    private const int Texts = 64;

    private static readonly string[] s_things =
    [
        "a dog", "three red apples", "an aeroplane", "the old harbour", "7 cups",
    ];

    /// <summary>Writes the folder, whole or not at all.</summary>
    /// <param name="request">Which CLIP, and where to.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellationToken">Stops between batches; nothing is written then.</param>
    /// <exception cref="PromptKDException">
    /// The CLIP, its vocabulary or the pictures cannot be read, ONNX Runtime's features are others than libtorch's, or
    /// the folder cannot be written.
    /// </exception>
    public static ClipOnnxReport Write(
        ClipExportRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default)
    {
        observer ??= IRunObserver.Nobody;
        WholeFolder.RefuseTaken(request.Output);
        observer.OnPhase($"Reading {request.Clip}");
        using ClipCheckpoint clip = ModelFiles.OpenClip(request.Clip, observer, cancellationToken);
        Preprocessing preprocessing = TowerPreparation.Of(
            DistillPreset.Config.Input with { Upright = false, Scale16Bit = false }, clip);
        HuggingFaceFiles.Check(request.Clip, preprocessing);
        bool hasTexts = clip.Architecture.TextWidth > 0;
        string? vocabulary = hasTexts
            ? ModelFiles.FindVocabulary(request.Vocabulary, clip.Folder, cancellationToken)
            : null;
        if (!hasTexts && request.Vocabulary is not null)
        {
            throw new PromptKDException($"{request.Clip}: it has no text tower. Leave ‹vocab› out.");
        }

        using ParityPictures pictures = request.Pictures is { } folder
            ? ParityPictures.Of(
                folder,
                preprocessing,
                one => observer.OnWarning($"skipped {one.Path}: {one.Reason}"),
                cancellationToken)
            : ParityPictures.Drawn(preprocessing.Size);
        using ProcessSettings kept = ProcessSettings.Keep();
        ComputeTarget.Resolve("cpu", "fp32").UseThreadsFor(clip.Architecture.VisionWidth);
        ClipOnnxReport? report = null;
        WholeFolder.Create(request.Output, partial =>
        {
            var digests = new Dictionary<string, string>();
            string inside = WholeFolder.Inside(partial, GraphFolder);
            observer.OnPhase($"Writing and comparing the image tower of {clip.Architecture.Name}");
            ClipTowerParity vision = WriteImages(clip, inside, pictures, preprocessing, digests, cancellationToken);
            ClipTowerParity? text = null;
            if (vocabulary is not null)
            {
                observer.OnPhase("Writing and comparing the text tower");
                text = WriteTexts(clip, inside, vocabulary, digests, cancellationToken);
            }

            digests = digests.ToDictionary(one => $"{GraphFolder}/{one.Key}", one => one.Value);
            foreach (string name in WriteBeside(partial, clip, preprocessing, vocabulary))
            {
                digests[name] = FileDigest.Sha256([Path.Combine(partial, name)], stop: cancellationToken);
            }

            report = new ClipOnnxReport
            {
                Clip = clip.Architecture.Name,
                Embedding = clip.Architecture.EmbeddingSize,
                ImageSize = clip.Architecture.ImageSize,
                ContextLength = hasTexts ? clip.Architecture.ContextLength : null,
                LogitScale = Math.Exp(clip.LogitScale),
                Preprocessing = preprocessing,
                Inputs = InputsOf(clip, vocabulary, cancellationToken),
                Parity = new ClipOnnxParity(OnnxSession.RuntimeVersion, vision, text),
                Files = digests,
            };
            WholeFile.WriteText(
                Path.Combine(partial, ReportFile), SealedJson.Write(report, OnnxJson.Indented.ClipOnnxReport));
        });
        return report!;
    }

    private static ClipTowerParity WriteImages(
        ClipCheckpoint clip,
        string folder,
        ParityPictures pictures,
        Preprocessing preprocessing,
        Dictionary<string, string> digests,
        CancellationToken cancellationToken)
    {
        const string Name = "vision_model.onnx";
        using var tower = ImageEncoder.Create(clip.Architecture, ScalarType.Float32, CPU);
        tower.eval();
        ModuleWeights.Fill(tower, clip.Tensors, "visual.", clip.Description);
        OnnxFile.WriteInto(folder, Name, ClipGraphs.OfImages(tower), digests);
        long size = preprocessing.Size;
        var check = new FeatureCheck<float>(
            Path.Combine(folder, Name), ClipGraphs.Pixels, ClipGraphs.ImageEmbeds, [3, size, size], Ask);
        var preparation = new Preparation(preprocessing);
        float[][] inputs = [.. pictures.Windows.Select(window =>
        {
            float[] values = new float[3 * size * size];
            preparation.Normalise(window, flip: false, values);
            return values;
        })];
        return check.Compare(inputs, pictures.Source, cancellationToken);

        Tensor Ask(float[] values, long[] shape) => tower.forward(tensor(values).view(shape), null);
    }

    private static ClipTowerParity WriteTexts(
        ClipCheckpoint clip, string folder, string vocabulary, Dictionary<string, string> digests,
        CancellationToken cancellationToken)
    {
        const string Name = "text_model.onnx";
        ITextTokenizer tokenizer = TextTokenizers.Load(vocabulary);
        ClassTexts.RequireVocabulary(tokenizer, clip.Architecture, clip.Description);
        using var tower = TextTower.Create(clip.Architecture, ScalarType.Float32, CPU);
        tower.eval();
        ModuleWeights.Fill(tower, clip.Tensors, tower.Prefix, clip.Description);
        OnnxFile.WriteInto(folder, Name, ClipGraphs.OfTexts(tower), digests);
        int context = clip.Architecture.ContextLength;
        var check = new FeatureCheck<long>(
            Path.Combine(folder, Name), ClipGraphs.Ids, ClipGraphs.TextEmbeds, [context], Ask);
        IReadOnlyList<PromptTemplate> templates = PromptTemplates.ImageNet;
        long[][] inputs = [.. Enumerable.Range(0, Texts)
            .Select(number => templates[number % templates.Count].Fill(s_things[number % s_things.Length]))
            .Select(text => tokenizer.TokenizeTruncated(text, context).Select(id => (long)id).ToArray())];
        return check.Compare(inputs, "templates", cancellationToken);

        Tensor Ask(long[] values, long[] shape) => tower.forward(tensor(values).view(shape), null);
    }

    private static IEnumerable<string> WriteBeside(
        string folder, ClipCheckpoint clip, Preprocessing preprocessing, string? vocabulary)
    {
        ClipArchitecture architecture = clip.Architecture;
        IReadOnlyList<string> names = HuggingFaceFiles.Write(folder, architecture, clip.LogitScale, preprocessing);
        return vocabulary is null
            ? names
            :
            [
                .. names,
                .. TokenizerFiles.Write(
                    folder, vocabulary, architecture.ContextLength, architecture.Text is not null),
            ];
    }

    private static Dictionary<string, string> InputsOf(
        ClipCheckpoint clip, string? vocabulary, CancellationToken cancellationToken)
    {
        var inputs = new Dictionary<string, string> { ["clip"] = clip.Sha256 };
        if (vocabulary is not null)
        {
            inputs["vocabulary"] = FileDigest.Sha256([vocabulary], stop: cancellationToken);
        }

        return inputs;
    }
}
