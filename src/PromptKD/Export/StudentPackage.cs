using PromptKD.Methods;
using PromptKD.Models;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Towers;
using PromptKD.Models.Towers.Graphs;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;

namespace PromptKD.Export;

/// <summary>
/// The folder that a distilled student is deployed as: <c>model.json</c>, <c>student.safetensors</c> (the tower
/// and what was learned, under the reference's names), <c>class_vectors.safetensors</c>, and a model card.
/// </summary>
internal static class StudentPackage
{
    private const string ManifestFile = "model.json";
    private const string TensorsFile = "student.safetensors";
    private const string ClassVectorsFile = "class_vectors.safetensors";
    private const string CardFile = "README.md";
    private const string VectorsName = "class_vectors";
    private const string EncoderPrefix = "image_encoder.";

    /// <summary>
    /// What is wrong with a package, in words; null where all files are there, whole, and belong together. Where
    /// writing was cut off, the manifest is missing, or of other files.
    /// </summary>
    public static string? FindFault(string folder)
    {
        string? missing = new[] { ManifestFile, CardFile }.Select(name => Path.Combine(folder, name))
            .FirstOrDefault(path => !File.Exists(path));
        if (missing is not null)
        {
            return $"{missing} is missing";
        }

        try
        {
            StudentManifest manifest = ReadManifest(folder);
            return FindFault(folder, TensorsFile, manifest) ?? FindFault(folder, ClassVectorsFile, manifest);
        }
        catch (PromptKDException error)
        {
            return error.InWords;
        }
    }

    /// <summary>Whether a folder is a package, whatever is wrong with it.</summary>
    public static bool IsIn(string folder) =>
        File.Exists(Path.Combine(folder, ManifestFile)) && File.Exists(Path.Combine(folder, TensorsFile));

    /// <summary>Reads what a package says of itself.</summary>
    /// <exception cref="PromptKDException">As <see cref="StudentManifest.Read"/>.</exception>
    public static StudentManifest ReadManifest(string folder) =>
        StudentManifest.Read(Path.Combine(folder, ManifestFile));

    /// <summary>Writes a package. The manifest comes last, so a folder with one is complete.</summary>
    /// <returns>The manifest as it was written: with the digests of the other files.</returns>
    /// <exception cref="PromptKDException">A file cannot be written, or what was learned is no numbers.</exception>
    public static StudentManifest Write(string folder, DistilledStudent distilled, StudentManifest manifest)
    {
        Student student = distilled.Student;
        ClassVectors classVectors = distilled.ClassVectors;
        using DisposeScope scope = NewDisposeScope();
        if (FiniteValues.FindFault([.. student.LearnedState, new(VectorsName, classVectors.Vectors)]) is { } name)
        {
            throw new PromptKDException(
                $"{folder}: not written: '{name}' holds values that are no numbers. The training diverged: start "
                + "afresh in another output folder with a lower ‹lr›.");
        }

        var digests = new Dictionary<string, string>
        {
            [TensorsFile] = SealedTensors.Write(
                Path.Combine(folder, TensorsFile),
                [.. student.FullState.Select(named => KeyValuePair.Create(named.Key, Smallest(named.Value)))]),
            [ClassVectorsFile] = SealedTensors.Write(
                Path.Combine(folder, ClassVectorsFile), [KeyValuePair.Create(VectorsName, classVectors.Vectors)]),
        };
        return WriteTexts(folder, manifest with { Files = digests });
    }

    /// <summary>Fills a folder with a package that has other classes than a package that is there.</summary>
    /// <param name="source">The package; stays.</param>
    /// <param name="folder">Receives all that lies in <paramref name="source"/>, with other classes.</param>
    /// <param name="manifest">With the new names.</param>
    /// <param name="vectors">Their vectors, float32, [classes, embedding].</param>
    /// <returns>As <see cref="Write"/>.</returns>
    /// <exception cref="PromptKDException">A file cannot be read or written.</exception>
    public static StudentManifest WriteWithClasses(
        string source, string folder, StudentManifest manifest, Tensor vectors)
    {
        foreach (string path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(source, path);
            if (name is not (ManifestFile or CardFile or ClassVectorsFile))
            {
                WholeFile.Copy(path, Path.Combine(folder, name));
            }
        }

        var digests = new Dictionary<string, string>(manifest.Files)
        {
            [ClassVectorsFile] = SealedTensors.Write(
                Path.Combine(folder, ClassVectorsFile), [KeyValuePair.Create(VectorsName, vectors)]),
        };
        return WriteTexts(folder, manifest with { Files = digests });
    }

    /// <summary>Opens a package for inference.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="target">Where to compute, and in which element type.</param>
    /// <exception cref="PromptKDException">A file is missing, cut short, or does not fit the manifest.</exception>
    public static DistilledStudent Read(string folder, StudentManifest manifest, ComputeTarget target)
    {
        string path = Path.Combine(folder, TensorsFile);
        RefuseLargerThan(path, manifest);
        ClipArchitecture architecture = WithShapes(manifest.Architecture, path);
        TowerGraph? graph = architecture.TowerGraph?.On(target);
        manifest = manifest with { Architecture = architecture with { TowerGraph = graph } };
        using var parts = new Unfinished();
        ImageEncoder encoder = parts.Add(ImageEncoder.Create(manifest.Architecture, target.Type, target.Device));
        var shape = new StudentShape(
            manifest.PromptLength, manifest.PromptDepth, manifest.TeacherEmbedding, manifest.RoundPromptsToHalf)
        {
            ProjectorLayers = manifest.ProjectorLayers,
        };
        Student student = parts.Add(new Student(encoder, shape));
        student.train(false);

        // The modules outlive this method; what is read from disk does not.
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = ReadTensors(folder, TensorsFile, manifest);
        ModuleWeights.Fill(encoder, tensors, EncoderPrefix, path);
        student.LoadLearned(tensors, path);

        ClassVectors classVectors = ReadClassVectors(folder, manifest, target.Device);
        return parts.HandOver(new DistilledStudent(student, classVectors, manifest.LogitScale));
    }

    /// <summary>
    /// The sizes of a package's tower, with the names and shapes of its tensors where it is of another family.
    /// </summary>
    /// <exception cref="PromptKDException">The file of tensors cannot be read.</exception>
    public static ClipArchitecture ReadArchitecture(string folder, StudentManifest manifest) =>
        WithShapes(manifest.Architecture, Path.Combine(folder, TensorsFile));

    private static StudentManifest WriteTexts(string folder, StudentManifest manifest)
    {
        WholeFile.WriteText(Path.Combine(folder, CardFile), ModelCard.Write(manifest));
        WholeFile.WriteText(Path.Combine(folder, ManifestFile), manifest.ToJson());
        return manifest;
    }

    // A tower of another family is made from what the file holds.
    private static ClipArchitecture WithShapes(ClipArchitecture architecture, string path)
    {
        if (architecture.Tower is null)
        {
            return architecture;
        }

        using CheckpointFile file = CheckpointFile.Open(path);
        if (architecture.Tower.Family == TowerFamilies.Onnx)
        {
            return architecture with { TowerGraph = ReadGraph(file) };
        }

        var shapes = file.Tensors
            .Where(one => one.Key.StartsWith(EncoderPrefix, StringComparison.Ordinal) && !Student.IsPrompt(one.Key))
            .ToDictionary(one => one.Key[EncoderPrefix.Length..], one => one.Value.Shape);
        return architecture with { TowerShapes = new TensorShapes(shapes, path) };
    }

    // The tower is an ONNX file, kept as bytes.
    private static TowerGraph ReadGraph(CheckpointFile file)
    {
        if (!file.Tensors.TryGetValue(EncoderPrefix + GraphTower.BytesName, out TensorEntry? entry)
            || entry.Shape.Length != 1
            || entry.Type != ScalarType.Byte)
        {
            throw new PromptKDException(
                $"{file.Path}: the ONNX graph of its tower is missing. Copy the package again.");
        }

        using Tensor graph = entry.Read();
        byte[] bytes = graph.bytes.ToArray();
        string source = $"{file.Path} ({GraphTower.BytesName})";
        return TowerGraph.OfPictures(GraphSummary.Read(bytes, source)) with { Bytes = bytes };
    }

    // Every value takes a byte of the file at least: a manifest cannot ask for more memory than its tensors fill.
    private static void RefuseLargerThan(string path, StudentManifest manifest)
    {
        long bytes = RegularFile.Explain(path, file =>
        {
            using FileStream stream = RegularFile.Open(file);
            return stream.Length;
        });
        long width = manifest.Architecture.VisionWidth;
        long values = Math.Max(
            manifest.Architecture.LeastVisionValues,
            manifest.PromptLength * Math.Min(manifest.PromptDepth, (long)manifest.Architecture.VisionLayers) * width);
        long embedding = manifest.TeacherEmbedding;
        values = manifest.ProjectorLayers == 0 ? values : Math.Max(
            values, embedding * (((manifest.ProjectorLayers - 1) * embedding) + manifest.Architecture.EmbeddingSize));
        if (values > bytes)
        {
            throw new PromptKDException(
                $"{path}: has {bytes} bytes, but {ManifestFile} beside it says that there are {values} values or more. "
                + "Do they belong together?");
        }
    }

    /// <summary>The class vectors of a package alone.</summary>
    /// <exception cref="PromptKDException">They are missing, damaged, or do not fit the manifest.</exception>
    public static ClassVectors ReadClassVectors(string folder, StudentManifest manifest, Device device)
    {
        string path = Path.Combine(folder, ClassVectorsFile);
        long[] expected = [manifest.ClassNames.Count, manifest.TeacherEmbedding];
        if (!ReadTensors(folder, ClassVectorsFile, manifest).TryGetValue(VectorsName, out Tensor? vectors)
            || !vectors.shape.SequenceEqual(expected))
        {
            throw new PromptKDException(
                $"{path}: expected '{VectorsName}' of shape [{string.Join(", ", expected)}], found "
                + (vectors is null ? "none." : $"[{string.Join(", ", vectors.shape)}].")
                + $" Does it belong to {ManifestFile}?");
        }

        return new ClassVectors(manifest.ClassNames, vectors.to(ScalarType.Float32, device), manifest.LogitScale);
    }

    private static Dictionary<string, Tensor> ReadTensors(string folder, string name, StudentManifest manifest) =>
        FindFault(folder, name, manifest) is { } fault
            ? throw new PromptKDException($"{fault}. Copy the package again, or let the same run write it again.")
            : SafetensorsFile.Read(Path.Combine(folder, name));

    private static string? FindFault(string folder, string name, StudentManifest manifest)
    {
        string path = Path.Combine(folder, name);
        string expected = manifest.Files.GetValueOrDefault(name, "none");
        return SealedTensors.FindFault(path) is { } fault ? $"{path}: {fault}"
            : Seal.DescribeOther(SealedTensors.DigestOf(path), expected) is { } other
                ? $"{path}: not the one that {ManifestFile} beside it belongs to: {other}"
                : null;
    }

    // OpenAI's weights are float16; in a float32 run they are half as large on disk with nothing lost.
    private static Tensor Smallest(Tensor tensor)
    {
        if (tensor.dtype != ScalarType.Float32 || tensor.requires_grad)
        {
            return tensor;
        }

        Tensor half = tensor.detach().to(ScalarType.Float16);
        return half.to(ScalarType.Float32).eq(tensor).all().item<bool>() ? half : tensor;
    }
}
