using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Methods;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Golden.Checks;

/// <summary>The models of an end-to-end case, from its checkpoints.</summary>
internal static class EndToEndModels
{
    private static readonly ComputeTarget s_target = new(CPU, ScalarType.Float32);

    /// <summary>The run's settings: the trainer file that the case names, and its command line.</summary>
    public static ExperimentConfig ReadConfig(GoldenCase golden, JsonElement run)
    {
        string file = Path.Combine(
            ProjectFolder.Root, "configs", "trainers", golden.Json.GetProperty("yaml").GetString()!);
        return new ExperimentConfig().MergeFile(file).MergeOverrides(
            [.. ReadOverrides(run.GetProperty("opts")), "TRAINER.PROMPTKD.HALF_PROMPTS", $"{golden.HalfPrompts}"]);
    }

    /// <summary>The file of the student's initial values, relative to the case.</summary>
    /// <remarks>The case says "FILE (given through MODEL.INIT_WEIGHTS)".</remarks>
    public static string InitialStudent(GoldenCase golden) =>
        golden.Json.GetProperty("student_init").GetString()!.Split(' ')[0];

    /// <summary>Teacher, class vectors and the student with its initial values.</summary>
    public static PromptKDMethod Build(GoldenCase golden, PromptKDConfig settings)
    {
        JsonElement weights = golden.Json.GetProperty("weights");
        using var teacher = new FrozenClip(
            GoldenClip.Open(golden, weights.GetProperty("teacher").GetString()!),
            PromptCheckpoint.ReadTeacher(golden.PathOf(golden.Json.GetProperty("teacher_checkpoint").GetString()!)),
            s_target);
        using ClipCheckpoint clip = GoldenClip.Open(golden, weights.GetProperty("student").GetString()!);

        using PromptedWeights learned = PromptCheckpoint.ReadStudent(golden.PathOf(InitialStudent(golden)));
        PublishedStudent student = PublishedStudent.Build(clip, learned, s_target, settings.HalfPrompts);
        ClassVectors classVectors = teacher.ReadClassVectors(
            GoldenStudent.Tokenizer(), golden.ReadNames("classes"), [], settings.CtxInit, settings.HalfPrompts);
        return new PromptKDMethod(
            student.Student,
            student.LogitScale,
            new Teacher(classVectors, teacher.ReadImageTower(settings.HalfPrompts)),
            new PromptKDSettings(settings.KdWeight, settings.Temperature));
    }

    /// <summary>Plain CLIP with the data set's own template.</summary>
    public static ZeroShotMethod BuildZeroShot(GoldenCase golden, JsonElement run)
    {
        using var clip = new FrozenClip(
            GoldenClip.Open(golden, run.GetProperty("weights").GetString()!), prompts: null, s_target);
        PromptTemplate template = PromptTemplates.ForDataset(golden.Json.GetProperty("dataset").GetString()!);
        ClassVectors classVectors = clip.ReadClassVectors(
            GoldenStudent.Tokenizer(), golden.ReadNames("classes"), [template], contextText: "", roundToHalf: false);
        return new ZeroShotMethod(clip.ReadImageTower(roundToHalf: false), classVectors);
    }

    /// <summary>How the case's pictures are prepared.</summary>
    public static Preprocessing ReadPreprocessing(GoldenCase golden) =>
        new() { Size = golden.Json.GetProperty("image_size").GetInt32() };

    // The case leaves out the value of DATASET.ROOT, a path of the machine that made it.
    private static List<string> ReadOverrides(JsonElement options)
    {
        const string Root = "DATASET.ROOT";
        string[] words =
        [
            .. options.EnumerateArray().Select(word => word.ValueKind switch
            {
                JsonValueKind.String => word.GetString()!,
                JsonValueKind.True => "True",
                JsonValueKind.False => "False",
                _ => word.GetRawText(),
            }),
        ];
        IReadOnlyDictionary<string, object> keys = new ExperimentConfig().Flatten();
        var overrides = new List<string>();
        for (int index = 0; index < words.Length; index += 2)
        {
            if (words[index] != Root)
            {
                overrides.AddRange(words[index..(index + 2)]);
            }
            else if (index + 1 < words.Length && keys.ContainsKey(words[index + 1]))
            {
                index--;
            }
        }

        return overrides;
    }
}
