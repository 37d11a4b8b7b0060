using System.CommandLine;
using System.Globalization;
using PromptKD.Configuration;

namespace PromptKD.Cli.Commands;

/// <summary>
/// The options of <c>distill</c> that name teachers. Each is given once for one teacher, or once for each of several,
/// in the same order.
/// </summary>
internal static class TeacherOptions
{
    private const string None = "-";
    private const int MostPixels = 8192;
    private const string Confidence = "confidence";

    private static readonly Option<string[]> s_teacher = new(SettingOptions.Teacher.Name)
    {
        Description = "The CLIP to learn from: a .pt, .safetensors or .bin file, a Hugging Face or open_clip folder, "
            + "onnx:DIR for one of ONNX files, or a name such as openai:ViT-L/14, which is fetched once. Repeatable: "
            + "the class probabilities of several are combined, and the student keeps the class vectors of the first "
            + "[required]",
        HelpName = SettingOptions.Teacher.Key,
    };

    private static readonly Option<string[]> s_prompts = new(SettingOptions.TeacherPrompts.Name)
    {
        Description = "Checkpoint of the teacher's learned prompts, as Dassl's programs save it. Without it the "
            + "teacher is plain CLIP, zero-shot. One for each teacher, - for none [default: none]",
        HelpName = SettingOptions.TeacherPrompts.Key,
    };

    private static readonly Option<string[]> s_size = new(SettingOptions.TeacherPictureSize.Name)
    {
        Description = $"{SettingOptions.TeacherPictureSizeWords}. Positions of a transformer are resampled. One for each teacher "
            + "[default: 0]",
        HelpName = SettingOptions.TeacherPictureSize.Key,
    };

    private static readonly Option<string[]> s_store = new("--store")
    {
        Description = "A store of teacher features that features made: no teacher runs; epoch e learns from view e mod "
            + "K. One for each teacher, - for a live one [default: none]",
        HelpName = "DISTILL.STORE",
    };

    private static readonly Option<string[]> s_vectors = new("--class-vectors")
    {
        Description = "Class vectors of the teacher's space, in the place of its text tower's: a .safetensors or .npy "
            + "file, one row a class, its names in a .txt beside it or by --classes. One for each teacher, - for the "
            + "text tower's [default: none]",
        HelpName = "DISTILL.CLASS_VECTORS",
    };

    private static readonly Option<string> s_weights = new("--teacher-weights")
    {
        Description = "Weights of several teachers, such as 0.7,0.3, or confidence: picture by picture, in proportion "
            + "to the probability of each teacher's best class [default: all alike]",
        HelpName = "DISTILL.TEACHER_WEIGHTS",
    };

    /// <summary>All of them.</summary>
    public static IEnumerable<Option> All => [s_teacher, s_prompts, s_size, s_store, s_vectors, s_weights];

    /// <summary>The configuration with what was given.</summary>
    /// <exception cref="PromptKDException">
    /// An option is given for some teachers only, or weights are no numbers.
    /// </exception>
    public static ExperimentConfig Apply(ParseResult parsed, ExperimentConfig config)
    {
        string[] teachers = Given(parsed, s_teacher);
        string[] prompts = Given(parsed, s_prompts);
        string[] stores = Given(parsed, s_store);
        int count = Math.Max(teachers.Length, stores.Length);
        RefuseSome(s_teacher, teachers.Length, count);
        RefuseSome(s_prompts, prompts.Length, count);
        RefuseSome(s_store, stores.Length, count);
        string[] vectors = Given(parsed, s_vectors);
        RefuseSome(s_vectors, vectors.Length, count);
        DistillConfig distill = config.Distill;
        distill = teachers.Length == 0
            ? distill
            : distill with { Teacher = teachers[0], FurtherTeachers = [.. teachers[1..]] };
        distill = prompts.Length == 0
            ? distill
            : distill with { TeacherPrompts = prompts[0], FurtherTeacherPrompts = [.. prompts[1..]] };
        distill = stores.Length == 0
            ? distill
            : distill with { Store = stores[0], FurtherStores = [.. stores[1..]] };
        distill = vectors.Length == 0
            ? distill
            : distill with { ClassVectors = vectors[0], FurtherClassVectors = [.. vectors[1..]] };
        string[] given = Given(parsed, s_size);
        RefuseSome(s_size, given.Length, count);
        int[] sizes = [.. given.Select(Pixels)];
        distill = sizes.Length == 0
            ? distill
            : distill with { TeacherPictureSize = sizes[0], FurtherTeacherPictureSizes = [.. sizes[1..]] };
        return config with { Distill = parsed.GetValue(s_weights) is { } weights ? Weigh(distill, weights) : distill };
    }

    private static string[] Given(ParseResult parsed, Option<string[]> option) =>
        [.. (parsed.GetValue(option) ?? []).Select(value => value == None ? "" : value)];

    private static void RefuseSome(Option option, int given, int teachers)
    {
        if (given > 0 && teachers > 0 && given != teachers)
        {
            throw new PromptKDException(
                $"{option.Name} is given {given} times for {teachers} teachers. Give it once for each, in the order of "
                + $"the teachers, {None} for none.");
        }
    }

    private static DistillConfig Weigh(DistillConfig distill, string weights)
    {
        if (weights == Confidence)
        {
            return distill with { TeacherWeighting = Confidence, TeacherWeights = [] };
        }

        string[] parts = weights.Split(',');
        double[] numbers = [.. parts.Select(Number).OfType<double>().Where(number => number >= 0)];
        return numbers.Length == parts.Length
            ? distill with { TeacherWeighting = "fixed", TeacherWeights = [.. numbers] }
            : throw new PromptKDException(
                $"{s_weights.Name} is '{weights}', expected a number of 0 or more for each teacher, such as 0.7,0.3, "
                + $"or {Confidence}.");
    }

    private static int Pixels(string text) =>
        text.Length == 0 ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size <= MostPixels ? size
        : throw new PromptKDException($"{s_size.Name} is '{text}', expected a number of pixels, 0 to {MostPixels}, or {None}.");

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
}
