using System.CommandLine;
using System.CommandLine.Parsing;

namespace PromptKD.Cli.Commands;

/// <summary>The settings that more than one verb has.</summary>
internal static class SettingOptions
{
    /// <summary>What <see cref="Overrides"/> are called in the help.</summary>
    public const string OverridesName = "KEY VALUE";

    public static SettingOption Images { get; } = new(
        "--images",
        "DISTILL.IMAGES",
        "Folder of unlabelled pictures or of .tar and .parquet shards, searched with its subfolders; or one shard "
        + "[required]");

    /// <summary>For verbs whose settings begin with a recipe.</summary>
    public static SettingOption Recipe { get; } = new(
        "--recipe",
        "DISTILL.RECIPE",
        "Settings to begin with: fast (the projector alone, on stored features), best (the same, then tokens and "
        + "projector), or paper. Files, options and keys win over it, key by key; promptkd recipes prints them",
        Default: Configuration.Presets.Recipe.DefaultName);

    public static SettingOption Teacher { get; } = new(
        "--teacher",
        "DISTILL.TEACHER",
        "The CLIP to learn from: a .pt, .safetensors or .bin file, a Hugging Face or open_clip folder, onnx:DIR for "
        + "one of ONNX files, or a name such as openai:ViT-L/14, which is fetched once [required]");

    public static SettingOption TeacherPrompts { get; } = new(
        "--teacher-prompts",
        "DISTILL.TEACHER_PROMPTS",
        "Checkpoint of the teacher's learned prompts, as Dassl's programs save it. Without it the teacher is plain "
        + "CLIP, zero-shot [default: none]");

    public static SettingOption TeacherPictureSize { get; } = new(
        "--teacher-picture-size",
        "DISTILL.TEACHER_PICTURE_SIZE",
        $"{TeacherPictureSizeWords}. Positions of a transformer are resampled.");

    public const string TeacherPictureSizeWords =
        "Side of the pictures that the teacher looks at, in pixels; 0 for the size that it was made for";

    public static SettingOption Vocabulary { get; } = new(
        "--vocab",
        "DISTILL.VOCAB",
        "CLIP's byte-pair vocabulary. Without it: beside the CLIP, PROMPTKD_CLIP_VOCAB, the cache folder, or fetched "
        + "once [default: found]");

    public static SettingOption Precision { get; } = new(
        "--precision",
        "TRAINER.PROMPTKD.PREC",
        "Of the frozen weights: auto (bf16 where it is fast, else fp32), fp32, bf16, or fp16 (GPUs only).");

    public static SettingOption Device { get; } = new("--device", "DEVICE", "auto, cpu, cuda or cuda:n.");

    public static SettingOption OnnxProvider { get; } = new(
        "--onnx-provider",
        "ONNX_PROVIDER",
        "What computes models that are ONNX files, by ONNX Runtime's name: CPU, CUDA, TensorRT, CoreML, DML, OpenVINO, "
        + "XNNPACK.");

    public static SettingOption Workers { get; } = new(
        "--workers",
        "DATALOADER.NUM_WORKERS",
        "Number of threads that decode pictures; 0: as many as suit this machine.");

    public static SettingSwitch FastJpeg { get; } = new(
        "--fast-jpeg",
        "DISTILL.FAST_JPEG",
        "Decode large JPEG files at 1/2, 1/4 or 1/8 of their width and height in pixels, while that is still twice "
        + "what is wanted: several times faster; in the mean off by fractions of one of 256 levels, in single values "
        + "by up to 36");

    /// <summary>For verbs that have settings; on by default.</summary>
    public static SettingToggle Upright { get; } = new(
        "--upright",
        "--no-upright",
        "INPUT.UPRIGHT",
        "Turn pictures as their EXIF orientation says",
        "Take pictures as they are stored, as train does");

    /// <summary>For verbs that have settings; on by default.</summary>
    public static SettingToggle Scale16Bit { get; } = new(
        "--scale-16bit",
        "--no-scale-16bit",
        "INPUT.SCALE_16BIT",
        "Scale 16-bit grey pictures to 8 bits",
        "Clip 16-bit grey pictures at 255, as Pillow does");

    public static SettingSwitch AcceptChanges { get; } = new(
        "--accept-changes",
        "TRAIN.ACCEPT_CHANGES",
        "Go on with a run whose pictures changed, with the pictures as they are now");

    public static SettingSwitch Reference { get; } = new(
        "--reference", "REFERENCE", "Behave as the reference wherever that changes results: REFERENCE True");

    public static SettingSwitch WhileFilling { get; } = new(
        "--while-filling",
        "DISTILL.WHILE_FILLING",
        "With --store: others may still be filling it; training waits for what its next pictures need");

    /// <summary>Files of settings, for a verb that has defaults of its own.</summary>
    public static Option<string[]> ConfigFiles() => new("--config")
    {
        Description = "YAML file in Dassl's keys, merged over the defaults (repeatable) [default: none]",
        HelpName = "FILE",
    };

    /// <summary>Keys with their values, behind all options.</summary>
    /// <param name="mayBeginWithName">Whether a word that is no key may stand before the pairs.</param>
    /// <param name="lastCounts">
    /// Whether a key may come again, and the last one counts, as in the command lines of Dassl's programs; elsewhere
    /// that is a mistake.
    /// </param>
    public static Argument<string[]> Overrides(bool mayBeginWithName = false, bool lastCounts = false)
    {
        var overrides = new Argument<string[]>(OverridesName)
        {
            Description = "Any keys of the configuration with their values; they win over everything else.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        overrides.Validators.Add(result =>
            RefuseMistakes(result, [.. result.Tokens.Select(token => token.Value)], mayBeginWithName, lastCounts));
        return overrides;
    }

    // An argument that takes any number of words would take a misspelt option for one of them.
    private static void RefuseMistakes(ArgumentResult result, string[] given, bool mayBeginWithName, bool lastCounts)
    {
        if (given.FirstOrDefault(word => word.StartsWith("--", StringComparison.Ordinal)) is { } unknown)
        {
            result.AddError($"There is no command or option '{unknown}'.");
        }

        int first = mayBeginWithName ? given.Length % 2 : 0;
        string[] keys = [.. given.Skip(first).Where((_, place) => place % 2 == 0)];
        if (keys.Any(string.IsNullOrWhiteSpace))
        {
            result.AddError("A key is empty. Settings are pairs: KEY VALUE (is a variable of the shell not set?).");
        }
        else if (!lastCounts
            && keys.GroupBy(key => key, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } doubled)
        {
            result.AddError($"{doubled.Key} is given twice. Give it once.");
        }
    }
}
