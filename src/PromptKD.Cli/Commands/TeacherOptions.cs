using System.CommandLine;
using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Teachers;

namespace PromptKD.Cli.Commands;

/// <summary>
/// The options that name teachers. Each is given once for one teacher, or once for each of several, in the same order.
/// </summary>
internal sealed class TeacherOptions
{
    private const string None = "-";
    private const int MostPixels = 8192;
    private const string Confidence = "confidence";

    private const string WhatOne =
        "The CLIP to learn from: a .pt, .safetensors or .bin file, a Hugging Face or open_clip folder, onnx:DIR for "
        + "one of ONNX files, or a name such as openai:ViT-L/14, which is fetched once";

    private const string WhatPrompts =
        "Checkpoint of the teacher's learned prompts, as Dassl's programs save it. Without it the teacher is plain "
        + "CLIP, zero-shot";

    private readonly Option<string[]> _teacher;
    private readonly Option<string[]> _prompts;

    private readonly Option<string[]> _size = new(SettingOptions.TeacherPictureSize.Name)
    {
        Description = $"{SettingOptions.TeacherPictureSizeWords}. Positions of a transformer are resampled. One for "
            + "each teacher [default: 0]",
        HelpName = SettingOptions.TeacherPictureSize.Key,
    };

    private TeacherOptions(string teacher, string prompts)
    {
        _teacher = new(SettingOptions.Teacher.Name)
        {
            Description = $"{WhatOne}. {teacher}",
            HelpName = SettingOptions.Teacher.Key,
        };
        _prompts = new(SettingOptions.TeacherPrompts.Name)
        {
            Description = $"{WhatPrompts}. {prompts}",
            HelpName = SettingOptions.TeacherPrompts.Key,
        };
    }

    /// <summary>Those of <c>distill</c>.</summary>
    public static TeacherOptions OfDistill { get; } = new(
        "Repeatable: the class probabilities of several are combined, and the student keeps the class vectors of the "
            + "first [required]",
        "One for each teacher, - for none [default: none]")
    {
        Store = new("--store")
        {
            Description = "A store of teacher features that features made: no teacher runs; epoch e learns from view e "
                + "mod K. One for each teacher, - for a live one; or one that they share [default: none]",
            HelpName = "DISTILL.STORE",
        },
        Vectors = new("--class-vectors")
        {
            Description = "Class vectors of the teacher's space, in the place of its text tower's: a .safetensors or "
                + ".npy file, one row a class, its names in a .txt beside it or by --classes. One for each teacher, - "
                + "for the text tower's [default: none]",
            HelpName = "DISTILL.CLASS_VECTORS",
        },
        Weights = new("--teacher-weights")
        {
            Description = "Weights of several teachers, such as 0.7,0.3, or confidence: picture by picture, in "
                + "proportion to the probability of each teacher's best class [default: all alike]",
            HelpName = "DISTILL.TEACHER_WEIGHTS",
        },
    };

    /// <summary>Those of <c>features</c>.</summary>
    public static TeacherOptions OfFeatures { get; } = new(
        "Repeatable: several share the store, and pictures are decoded once for all of them [default: none, one is "
            + "required; with --dataset one, as train's: in clip/, else fetched]",
        "One for each teacher, - for none [default: none; with --dataset as train's: in teacher_model/, and none is "
            + "given as none]");

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All =>
        new Option?[] { _teacher, _prompts, _size, Store, Vectors, Weights }.OfType<Option>();

    private Option<string[]>? Store { get; init; }

    private Option<string[]>? Vectors { get; init; }

    private Option<string>? Weights { get; init; }

    /// <summary>The configuration with what was given.</summary>
    /// <exception cref="PromptKDException">
    /// An option is given for some teachers only, or weights are no numbers.
    /// </exception>
    public ExperimentConfig Apply(ParseResult parsed, ExperimentConfig config)
    {
        string[] teachers = Given(parsed, _teacher);
        string[] prompts = Given(parsed, _prompts);
        string[] sizes = Given(parsed, _size);
        string[] stores = Given(parsed, Store);
        string[] vectors = Given(parsed, Vectors);
        bool isShared = stores.Length == 1 && teachers.Length > 1 && AreIn(stores[0], teachers.Length, config.Distill);
        int count = Math.Max(teachers.Length, stores.Length);
        RefuseSome(_teacher, teachers.Length, count);
        RefuseSome(_prompts, prompts.Length, count);
        RefuseSome(_size, sizes.Length, count);
        RefuseSome(Store, isShared ? count : stores.Length, count);
        RefuseSome(Vectors, vectors.Length, count);
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
        int[] pixels = [.. sizes.Select(Pixels)];
        distill = pixels.Length == 0
            ? distill
            : distill with { TeacherPictureSize = pixels[0], FurtherTeacherPictureSizes = [.. pixels[1..]] };
        string? weights = Weights is null ? null : parsed.GetValue(Weights);
        return config with { Distill = weights is null ? distill : Weigh(distill, weights) };
    }

    // Of a store that others fill, it may not be seen yet.
    private static bool AreIn(string store, int teachers, DistillConfig distill) =>
        distill.WhileFilling || TeacherStoring.TeachersIn(store) >= teachers;

    private static string[] Given(ParseResult parsed, Option<string[]>? option) =>
        option is null ? [] : [.. (parsed.GetValue(option) ?? []).Select(value => value == None ? "" : value)];

    private static void RefuseSome(Option? option, int given, int teachers)
    {
        if (given > 0 && teachers > 0 && given != teachers)
        {
            throw new PromptKDException(
                $"{option?.Name} is given {(given == 1 ? "once" : $"{given} times")} for {teachers} teachers. Give it "
                + $"once for each, in the order of the teachers, {None} for none.");
        }
    }

    private DistillConfig Weigh(DistillConfig distill, string weights)
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
                $"{Weights!.Name} is '{weights}', expected a number of 0 or more for each teacher, such as 0.7,0.3, "
                + $"or {Confidence}.");
    }

    private static int Pixels(string text) =>
        text.Length == 0 ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size <= MostPixels ? size
        : throw new PromptKDException(
            $"{SettingOptions.TeacherPictureSize.Name} is '{text}', expected a number of pixels, 0 to {MostPixels}, or "
            + $"{None}.");

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
}
