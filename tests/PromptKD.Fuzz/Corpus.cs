using System.IO.Compression;
using System.Text;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Evaluation;
using PromptKD.Golden;
using PromptKD.Inference.Exports;
using PromptKD.Models.Weights;
using PromptKD.Models.Weights.Pickle;
using PromptKD.Models.Weights.Zip;
using PromptKD.Tests;
using PromptKD.Tests.Data;

namespace PromptKD.Fuzz;

/// <summary>
/// Makes the valid files that cases begin with: by a run of ours and our writers, and from files of the project that
/// other programs wrote (torch, transformers, open_clip, SciPy, Arrow, GNU tar).
/// </summary>
internal static class Corpus
{
    /// <summary>Further files: TARGET/NAME/FILES below the folder of this variable.</summary>
    private const string MoreVariable = "PROMPTKD_FUZZ_CORPUS";

    /// <summary>Fills a folder: TARGET/NAME/FILES.</summary>
    public static void Make(string folder)
    {
        set_num_threads(1);
        AddWeights(folder);
        AddTeachers(folder);
        AddRun(folder);
        AddTexts(folder);
        AddAnswers(folder);
        PictureCorpus.Make(folder);
        if (Environment.GetEnvironmentVariable(MoreVariable) is { Length: > 0 } more)
        {
            CopyFolder(more, folder);
        }
    }

    /// <summary>Reads every valid file once: what is refused would make all of its cases worthless.</summary>
    /// <returns>What is refused, and why.</returns>
    public static IEnumerable<string> FindFaults(string folder) => Targets.All.SelectMany(target =>
        Sample.ReadAll(folder, target.Name)
            .Select(sample => FindFault(target, sample.FolderIn(folder)))
            .OfType<string>());

    private static string? FindFault(Target target, string folder)
    {
        try
        {
            target.Read(folder);
            return null;
        }
        catch (PromptKDException error)
        {
            return $"{Path.GetFileName(folder)}, a valid {target.Name}, is refused: {error.Message} {error.InnerException}";
        }
    }

    private static void AddWeights(string folder)
    {
        string golden = Path.Combine(ProjectFolder.Golden, "11-checkpoints");
        foreach (string name in new[] { "odd_tensors.pt", "odd_tensors_legacy.pt", "odd_tensors_expected.safetensors" })
        {
            CopyFile(Path.Combine(golden, name), folder, "weights");
        }

        CopyFile(Path.Combine(golden, "odd_tensors_expected.safetensors"), folder, "safetensors");
        CopyFile(Path.Combine(golden, "expected.safetensors"), folder, "safetensors");
        foreach (string name in new[] { "openai_style_jit_mixed_fp16.pt", "openai_style_state_dict_legacy.pt" })
        {
            CopyFile(Path.Combine(golden, name), folder, "clip");
        }

        CopyFile(Path.Combine(golden, "student_promptkd", "gpu-fp16-legacy.pth.tar"), folder, "weights");
        CopyEach(Path.Combine(golden, "student_promptkd", "VLPromptLearner"), "model*", folder, "student");
        CopyEach(Path.Combine(golden, "teacher_promptsrc", "VLPromptLearner"), "model*", folder, "teacher");
        foreach (string format in Directory.EnumerateDirectories(Path.Combine(ProjectFolder.Golden, "14-formats")))
        {
            CopyFolder(format, Path.Combine(folder, "clip-folder", Path.GetFileName(format)));
        }

        using DisposeScope scope = NewDisposeScope();
        string path = PathOf(folder, "weights", "our.pth.tar");
        TorchZipWriter.Write(path, new PickleDictionary
        {
            ["state_dict"] = new PickleDictionary
            {
                ["a.weight"] = ones(3, 4),
                ["a.bias"] = zeros(3),
                ["empty"] = zeros(0, 2),
            },
            ["epoch"] = 7,
            ["val_result"] = 12.5,
            ["optimizer"] = new PickleDictionary
            {
                ["state"] = new PickleDictionary { [0L] = new PickleDictionary { ["momentum_buffer"] = ones(3, 4) } },
            },
        });
    }

    // In the shapes that the programs of CoOp's family give them, for a CLIP of ours.
    private static void AddTeachers(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        var sizes = new LearnedSizes("MaPLe") { ContextLength = 2, VisionLength = 2, TextDepth = 2, VisionDepth = 2 };
        AddTeacher(folder, sizes, "prompt_learner.");
        AddTeacher(folder, sizes with { Method = "CoCoOp", VisionLength = 0, TextDepth = 1, VisionDepth = 0 }, "");
        AddTeacher(folder, sizes with { Method = "CoOp", VisionLength = 0, TextDepth = 1, VisionDepth = 0 }, "");
    }

    private static void AddTeacher(string folder, LearnedSizes sizes, string learner)
    {
        var state = new PickleDictionary();
        foreach ((string name, long[] shape) in LearnedShapes.Of(sizes, TinyClip.Architecture, learner))
        {
            state[name] = ones(shape);
        }

        foreach (string target in new[] { "teacher", "learned" })
        {
            TorchZipWriter.Write(
                PathOf(folder, target, $"{sizes.Method}.pth.tar"),
                new PickleDictionary { ["state_dict"] = state, ["epoch"] = 5L, ["val_result"] = 80.5 });
        }
    }

    // One run leaves a student package, a store, a checkpoint, digests, a configuration and a log.
    private static void AddRun(string folder)
    {
        string run = Path.Combine(folder, "run");
        string pictures = Directory.CreateDirectory(Path.Combine(run, "pictures")).FullName;
        for (int number = 0; number < 6; number++)
        {
            File.WriteAllBytes(Path.Combine(pictures, $"{number}.png"), TestPictures.Gradient(20 + number, 16));
        }

        string teacher = Path.Combine(run, "teacher.safetensors"), student = Path.Combine(run, "student.safetensors");
        TinyClip.Write(teacher, TinyClip.Architecture with { EmbeddingSize = 40 }, seed: 1);
        TinyClip.Write(student, TinyClip.Architecture, seed: 1000);
        CopyFile(student, folder, "clip");
        ExperimentConfig config = DistillPreset.Config.MergeOverrides(
        [
            "OUTPUT_DIR", Path.Combine(run, "out"), "DEVICE", "cpu", "OPTIM.MAX_EPOCH", "1",
            "DATALOADER.NUM_WORKERS", "1",
            "DATALOADER.TRAIN_X.BATCH_SIZE", "3", "TRAINER.PROMPTKD.PREC", "fp32", "DISTILL.IMAGES", pictures,
            "DISTILL.CLASSES", "['cat', 'dog', 'owl']", "DISTILL.TEACHER", teacher,
            "DISTILL.STUDENT", student, "DISTILL.VOCAB", TinyClip.Vocabulary,
            "DISTILL.VIEWS", "1",
        ]);
        Experiment.Distil(config);
        CopyFolder(Path.Combine(run, "out", "student"), Path.Combine(folder, "package", "run"));
        CopyFolder(Path.Combine(run, "out", "teacher-store"), Path.Combine(folder, "store", "run"));
        AddExports(folder, Path.Combine(run, "out", "student"));
        CopyFile(Path.Combine(run, "out", "checkpoints", "last.safetensors"), folder, "checkpoint");
        CopyFile(Path.Combine(run, "out", "config.yaml"), folder, "yaml");
        if (File.Exists(Path.Combine(run, "out", ".digests.tsv")))
        {
            CopyFile(Path.Combine(run, "out", ".digests.tsv"), folder, "digests");
        }

        Directory.Delete(run, recursive: true);
    }

    // As ONNX, with its description beside it and alone; its class vectors for others, with names in two places.
    private static void AddExports(string folder, string package)
    {
        string graph = PathOf(folder, "onnx", "student.onnx");
        OnnxExport.Write(new OnnxExportRequest { Model = package, Output = graph });
        Directory.CreateDirectory(Path.Combine(folder, "onnx", "alone"));
        File.Copy(graph, Path.Combine(folder, "onnx", "alone", Path.GetFileName(graph)));

        using DisposeScope scope = NewDisposeScope();
        Tensor table = rand(3, 8);
        SafetensorsFile.Write(
            PathOf(folder, "vectors", "named.safetensors"),
            [new KeyValuePair<string, Tensor>("class_vectors", table)],
            new Dictionary<string, string> { ["names"] = """["cat", "dog", "owl"]""", ["logit_scale"] = "50" });
        string array = PathOf(folder, "vectors", "array.npy");
        byte[] header = Encoding.ASCII.GetBytes(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 8), }".PadRight(117) + "\n");
        File.WriteAllBytes(
            array, [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. table.bytes]);
        File.WriteAllText(Path.ChangeExtension(array, ".txt"), "cat\ndog\nowl\n");
    }

    private static void AddTexts(string folder)
    {
        string tests = Path.Combine(ProjectFolder.Root, "tests", "PromptKD.Tests", "Data");
        CopyEach(Path.Combine(tests, "Datasets", "Scipy"), "*.mat", folder, "mat");
        CopyFile(Path.Combine(tests, "Shards", "arrow.parquet"), folder, "parquet");
        CopyFile(Path.Combine(tests, "Shards", "gnu.tar"), folder, "tar");
        CopyFile(TinyClip.Vocabulary, folder, "vocabulary");
        CopyEach(Path.Combine(ProjectFolder.Root, "configs", "trainers", "PromptKD"), "*.yaml", folder, "yaml");
        string merges = File.ReadAllText(TinyClip.Vocabulary).Trim();
        using (var packed = new GZipStream(
            File.Create(PathOf(folder, "vocabulary", "merges.txt.gz")), CompressionLevel.Optimal))
        {
            packed.Write(Encoding.UTF8.GetBytes(merges + "\n"));
        }

        string list = string.Join(", ", merges.Split('\n').Skip(1).Select(line => $"\"{line}\""));
        Write(
            folder,
            "vocabulary",
            "tokenizer.json",
            $"{{\"model\": {{\"vocab\": {{\"a\": 1}}, \"merges\": [{list}]}}}}");
        Write(
            folder,
            "overrides",
            "a.txt",
            "OPTIM.LR\n0.01\nDISTILL.CLASSES\n['a', \"b\", 'c']\nTEST.NO_TEST\nTrue\nINPUT.SIZE\n(224, 224)\nTRAIN.PRINT_FREQ\n5");
        Write(folder, "text", "a.txt", "a photo of a café &amp; a “naïve” <b>dog</b>, it&#39;s 12 Ã© 日本 😀");
        Write(folder, "classes", "names.txt", "cat\ndog\nowl, barn\nsea_lion\n");
        Write(folder, "split", "split.json", """
            {"train": [["a/1.jpg", 0, "cat"], ["b/2.jpg", 1, "dog"]],
             "val": [["a/3.jpg", 0, "cat"]], "test": [["b/4.jpg", 1, "dog"]]}
            """);
        Write(folder, "report", "log.txt", """
            ***************
            ** Arguments **
            ***************
            root: data
            ************
            ** Config **
            ************
            DATASET:
              NAME: EuroSAT
              SUBSAMPLE_CLASSES: base
            SEED: 1
            TRAINER:
              NAME: PromptSRC
            epoch [1/2] batch [5/5] time 0.1 (0.1) loss 1.0 (1.0)
            Finish training
            => result
            * total: 10
            * correct: 7
            * accuracy: 70.0%
            * macro_f1: 60.0%
            Elapsed: 0:00:10
            """);
        Write(folder, "report", "result.json", """
            {"trainer": "PromptKD", "dataset": "EuroSAT", "protocol": "base2novel", "seed": 1, "shots": 16,
             "testPictures": 10, "selection": "lastEpoch", "base": 71.5, "novel": 62.25, "accuracy": 66.5}
            """);
    }

    private static void AddAnswers(string folder)
    {
        RankedClass[] ranked = [new(1, 0.75), new(0, 0.25)];
        AnswerFile.Write(Path.GetDirectoryName(PathOf(folder, "answers", AnswerFile.FileName))!, new PictureAnswers(
            ["cat", "dog"],
            [
                new PictureAnswer(PictureAnswers.HeldOut, "a.png", null, ranked, ranked),
                new PictureAnswer(PictureAnswers.Validation, "b/c.png", 0, null, ranked),
            ]));
    }

    private static void Write(string folder, string target, string name, string text) =>
        File.WriteAllText(PathOf(folder, target, name), text);

    private static void CopyEach(string from, string pattern, string folder, string target)
    {
        foreach (string file in Directory.EnumerateFiles(from, pattern, SearchOption.AllDirectories))
        {
            CopyFile(file, folder, target);
        }
    }

    private static void CopyFile(string file, string folder, string target) =>
        File.Copy(file, PathOf(folder, target, Path.GetFileName(file)), overwrite: true);

    private static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }

    private static string PathOf(string folder, string target, string name) => Path.Combine(
        Directory.CreateDirectory(Path.Combine(folder, target, name)).FullName, name);
}
