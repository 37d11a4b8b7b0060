using System.Text.Json;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Golden;

/// <summary>Builds PromptKD's two models from the tensors of a case.</summary>
internal static class GoldenStudent
{
    /// <summary>The method with the case's teacher, class vectors and student.</summary>
    /// <param name="golden">A case with <c>weights</c>, <c>classes</c> and <c>ctx_init</c>.</param>
    /// <param name="inputs">Its inputs: <c>teacher.*</c>, and the student's learned values under a prefix.</param>
    /// <param name="studentPrefix">"init." or "student.".</param>
    /// <param name="lossWeight">As the case trains.</param>
    /// <param name="temperature">As the case trains.</param>
    public static (PromptKDMethod Method, LiveFeatures Teacher) Build(
        GoldenCase golden,
        Dictionary<string, Tensor> inputs,
        string studentPrefix,
        double lossWeight = 1,
        double temperature = 1)
    {
        bool half = golden.HalfPrompts;
        JsonElement weights = golden.Json.GetProperty("weights");
        GoldenClip teacherClip = GoldenClip.Read(golden, weights.GetProperty("teacher").GetString()!);
        GoldenClip studentClip = GoldenClip.Read(golden, weights.GetProperty("student").GetString()!);
        LayerPrompts? vision = GoldenClip.Prompts(
            inputs, "teacher.image_encoder.VPT", "teacher.image_encoder.", half);
        var teacher = new LiveFeatures(teacherClip.ImageEncoder(), vision);
        Student student = BuildStudent(
            studentClip,
            teacherClip.Architecture.EmbeddingSize,
            inputs.Where(named => named.Key.StartsWith(studentPrefix, StringComparison.Ordinal))
                .ToDictionary(named => named.Key[studentPrefix.Length..], named => named.Value),
            half);
        var settings = new PromptKDSettings(lossWeight, temperature);
        ClassVectors classVectors = ClassVectorsOf(golden, teacherClip, inputs, half);
        return (new PromptKDMethod(
            student, studentClip.LogitScale, new Teacher(classVectors, teacher), settings), teacher);
    }

    /// <summary>A student with the learned values given; what is not given keeps torch's initial value.</summary>
    public static Student BuildStudent(
        GoldenClip clip, int teacherEmbedding, IReadOnlyDictionary<string, Tensor> learned, bool half)
    {
        LayerPrompts? prompts = GoldenClip.Prompts(learned, "image_encoder.VPT", "image_encoder.", half);
        var shape = new StudentShape(
            (int)(prompts?.Length ?? 0), prompts?.Tokens.Count ?? 0, teacherEmbedding, half);
        var student = new Student(clip.ImageEncoder(), shape);
        var values = student.LearnedState.ToDictionary(named => named.Key, named => named.Value);
        foreach ((string name, Tensor value) in learned)
        {
            values[name] = value;
        }

        student.LoadLearned(values, "golden student");
        return student;
    }

    private static ClassVectors ClassVectorsOf(
        GoldenCase golden, GoldenClip clip, IReadOnlyDictionary<string, Tensor> inputs, bool half)
    {
        string[] classes = golden.ReadNames("classes");
        LayerPrompts prompts = GoldenClip.Prompts(
            inputs, "teacher.prompt_learner.ctx", "teacher.text_encoder.", half)
            ?? throw new PromptKDException("The case gives the teacher no text prompts.");
        using TextEncoder encoder = clip.TextEncoder();
        return ClassVectors.FromPrompts(
            encoder, Tokenizer(), classes, prompts, golden.Json.GetProperty("ctx_init").GetString()!, clip.LogitScale);
    }

    /// <summary>CLIP's own tokenizer.</summary>
    /// <exception cref="PromptKDException">This machine has no copy of CLIP's vocabulary.</exception>
    public static ITextTokenizer Tokenizer() => TextTokenizers.Load(
        ProjectFolder.ClipVocabulary
        ?? throw new PromptKDException(
            "Needs CLIP's vocabulary: set PROMPTKD_CLIP_VOCAB to bpe_simple_vocab_16e6.txt.gz."));
}
