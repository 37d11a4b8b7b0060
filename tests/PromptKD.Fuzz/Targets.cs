using System.Text;
using PromptKD.Configuration;
using PromptKD.Data.Datasets;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Data.Shards;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Features.Store;
using PromptKD.Inference;
using PromptKD.Models.Weights;
using PromptKD.Models.Weights.Pickle;
using PromptKD.Reporting;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Tests;
using PromptKD.Text;
using PromptKD.Text.Names;
using PromptKD.Training;

namespace PromptKD.Fuzz;

/// <summary>A reader to try.</summary>
/// <param name="Name">For people, and of its folder of valid files.</param>
/// <param name="Read">Reads what lies in a folder, all of it, and frees it.</param>
internal sealed record Target(string Name, Action<string> Read);

/// <summary>All readers.</summary>
internal static class Targets
{
    // A picture's pixels are its own cost, bounded by a setting: here they shall stay below what a case may take.
    private const int MaxPixels = 1 << 20;
    private const int Side = 16;
    private const int MaxLetters = 100_000;

    // As Pillow reads it; and upright, scaled, at a reduced size.
    private static readonly PictureReader[] s_pictures =
    [
        new([new Preprocessing { Size = Side }]) { MaxPixels = MaxPixels },
        new([new Preprocessing { Size = Side, Upright = true, Scale16Bit = true }])
        {
            MaxPixels = MaxPixels,
            ReducedJpegScale = true,
        },
    ];

    private static readonly OnnxOptions s_onnx = new() { Threads = 1 };

    public static IReadOnlyList<Target> All { get; } =
    [
        new("safetensors", folder => InScope(() => ReadSafetensors(FileIn(folder)))),
        new("weights", folder => InScope(() => ReadWeights(FileIn(folder)))),
        new("clip", folder => ClipCheckpoint.Open(FileIn(folder)).Dispose()),
        new("clip-folder", folder => ClipCheckpoint.Open(folder).Dispose()),
        new("student", folder => PromptCheckpoint.ReadStudent(FileIn(folder)).Dispose()),
        new("teacher", folder => PromptCheckpoint.ReadTeacher(FileIn(folder)).Dispose()),
        new("package", ReadPackage),
        new("store", folder => InScope(() => ReadStore(folder))),
        new("checkpoint", folder => TrainingCheckpoint.ReadIfAny(Path.Combine(folder, "last.safetensors"))?.Dispose()),
        new("mat", folder => MatFile.Read(FileIn(folder))),
        new("tar", folder => ReadShard(TarShard.Open(FileIn(folder)))),
        new("parquet", folder => ReadShard(ParquetShard.Open(FileIn(folder), new RowGroupCache(1 << 20)))),
        new("yaml", folder => new ExperimentConfig().MergeFile(FileIn(folder))),
        new("overrides", ReadOverrides),
        new("vocabulary", folder => ClipTokenizer.Load(FileIn(folder)).Encode("a photo of a dog.")),
        new("text", ReadText),
        new("classes", folder => ClassList.Read(FileIn(folder))),
        new("split", ReadSplit),
        new("picture", ReadPicture),
        new("tiff", ReadPicture),
        new("heif", ReadPicture),
        new("digests", folder => DigestMemory.Open(FileIn(folder)).Find(FileIn(folder))),
        new("report", folder => OutcomeReader.Read(folder)),
        new("learned", folder => InScope(() => ReadLearned(FileIn(folder)))),
        new("answers", folder => AnswerFile.ReadIfAny(folder)),
        new("onnx", folder => OnnxStudentClassifier.Load(Path.Combine(folder, "student.onnx"), s_onnx).Dispose()),
        new("vectors", folder => InScope(() => ReadVectors(folder))),
    ];

    // As export makes a package of it.
    private static void ReadLearned(string path)
    {
        using var learned = LearnedCheckpoint.Open(path);
        learned.Check(TinyClip.Architecture);
        learned.ReadLearned(TinyClip.Architecture);
        learned.ReadFrozen(TinyClip.Architecture);
    }

    // The names of the file, where it has some.
    private static void ReadVectors(string folder)
    {
        string path = Directory.EnumerateFiles(folder).Single(file => !file.EndsWith(".txt", StringComparison.Ordinal));
        var config = new ExperimentConfig();
        config = config with { Distill = config.Distill with { ClassVectors = path } };
        ClassVectorFile.Read(path, ClassVectorFile.WithNames(config).Distill.Classes, CPU, ownScale: 100).Dispose();
    }

    /// <summary>Which reader a case is for.</summary>
    public static Target Of(long number, string? only) =>
        only is null ? All[(int)(number % All.Count)]
        : All.FirstOrDefault(target => target.Name == only) is { } named ? named
        : throw new FormatException(
            $"There is no target {only}, only {string.Join(", ", All.Select(target => target.Name))}.");

    private static string FileIn(string folder) =>
        Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).First();

    private static void InScope(Action read)
    {
        using DisposeScope scope = NewDisposeScope();
        read();
    }

    private static void ReadSafetensors(string path)
    {
        SafetensorsFile.ReadMetadata(path);
        SafetensorsFile.Read(path);
    }

    private static void ReadWeights(string path)
    {
        using CheckpointFile file = CheckpointFile.Open(path);
        _ = (file.Epoch, file.ValidationResult);
        foreach (TensorEntry tensor in file.Tensors.Values)
        {
            // As every reader of values does.
            tensor.Read().to(ScalarType.Float32, copy: true);
        }

        PickleDictionary? state = file.Values.Find<PickleDictionary>("optimizer")?.Find<PickleDictionary>("state");
        foreach (PickleDictionary entry in (state ?? []).Values.OfType<PickleDictionary>())
        {
            if (entry.Find<StoredTensor>("momentum_buffer") is { } buffer)
            {
                file.Read(buffer);
            }
        }
    }

    private static void ReadPackage(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        StudentManifest manifest = StudentPackage.ReadManifest(folder);
        StudentPackage.Read(folder, manifest, new ComputeTarget(CPU, ScalarType.Float32)).Dispose();
        ModelCard.Write(manifest);
    }

    private static void ReadStore(string folder)
    {
        var store = TeacherStore.Open(folder);
        store.ReadTeacher(CPU).Dispose();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(folder, "class_vectors")))
        {
            store.ReadClassVectors(Path.GetFileNameWithoutExtension(file), CPU);
        }
    }

    private static void ReadShard(IShard shard)
    {
        shard.ReadLabels();
        foreach (ShardPicture picture in shard.Pictures.Take(100))
        {
            try
            {
                picture.Bytes.Use(bytes => bytes.Length);
            }
            catch (Exception error) when (SkippedPicture.ReasonOf(error) is not null)
            {
                // Of one picture that cannot be read the rest goes on.
            }
        }
    }

    private static void ReadOverrides(string folder) => new ExperimentConfig().MergeOverrides(
        [.. Encoding.UTF8.GetString(File.ReadAllBytes(FileIn(folder))).Split('\n')]);

    private static void ReadText(string folder)
    {
        string text = Encoding.UTF8.GetString(File.ReadAllBytes(FileIn(folder)));
        TestTokenizer.Value.Encode(text.Length <= MaxLetters ? text : text[..MaxLetters]);
    }

    private static void ReadSplit(string folder) => SplitFile.Read(
        new DatasetFolder(DatasetCatalog.All[0], folder, Path.Combine(folder, "images")),
        Path.GetFileName(FileIn(folder)));

    private static void ReadPicture(string folder)
    {
        float[] pixels = new float[3 * Side * Side];
        (string? fault, Exception? cause) = (null, null);
        foreach (PictureReader reader in s_pictures)
        {
            try
            {
                reader.Read(new FileBytes(FileIn(folder)), view: null, _ => pixels);
            }
            catch (Exception error) when (SkippedPicture.ReasonOf(error) is not null)
            {
                (fault, cause) = (SkippedPicture.ReasonOf(error), error);
            }
        }

        if (fault is not null)
        {
            throw new PromptKDException(fault, cause);
        }
    }

    private static Lazy<ITextTokenizer> TestTokenizer { get; } =
        new(() => ClipTokenizer.Load(PromptKD.Tests.TinyClip.Vocabulary));
}
