namespace PromptKD.Configuration.Presets;

/// <summary>What every verb asks of a configuration.</summary>
internal static class Checks
{
    private const string Normalisation = "normalize";

    private static readonly string[] s_rules = ["sgd", "adam", "adamw"];

    private static readonly string[] s_transforms = ["random_resized_crop", "random_flip", Normalisation];

    /// <summary>Says what is missing.</summary>
    /// <exception cref="PromptKDException"><paramref name="value"/> is empty.</exception>
    public static void Require(string value, string option, string what)
    {
        if (value.Length == 0)
        {
            throw new PromptKDException($"Nothing is given for {option}: {what}.");
        }
    }

    /// <summary>Says which setting of optimizer or pictures training does not know.</summary>
    /// <param name="config">All settings.</param>
    /// <param name="fewestEpochs">0 where something learns before the first epoch.</param>
    /// <exception cref="PromptKDException">One is.</exception>
    public static void Training(ExperimentConfig config, int fewestEpochs = 1)
    {
        Input(config.Input);
        Output(config);
        if (config.Flatten().FirstOrDefault(one => one.Value is double number && !double.IsFinite(number))
            is { Key: { } key } wild)
        {
            throw new PromptKDException($"{key} is {ConfigValue.Show(wild.Value)}; give a finite number.");
        }

        if (!s_rules.Contains(config.Optim.Name))
        {
            throw new PromptKDException(
                $"OPTIM.NAME is {config.Optim.Name}; training knows {string.Join(", ", s_rules)} only.");
        }

        if (config.Optim.MaxEpoch < fewestEpochs)
        {
            throw new PromptKDException(
                $"OPTIM.MAX_EPOCH is {config.Optim.MaxEpoch}; give {fewestEpochs} or more (distill: ‹epochs›).");
        }

        Values(config);
    }

    /// <summary>Says which value breaks a rule of its key.</summary>
    /// <remarks>Files and options are held to them when they are read, but a program may set any property.</remarks>
    /// <exception cref="PromptKDException">There is one.</exception>
    public static void Values(ExperimentConfig config)
    {
        IReadOnlyDictionary<string, object> values = config.Flatten();
        foreach (ConfigKey key in ConfigTree.Keys)
        {
            if (key.Misses(values[key.Name]) is { } missed)
            {
                throw new PromptKDException(key.Refusal(missed, values[key.Name]));
            }
        }
    }

    /// <summary>Says which settings of a student do not go together.</summary>
    /// <exception cref="PromptKDException">Some do not.</exception>
    public static void Student(ExperimentConfig config)
    {
        PromptKDConfig student = config.Trainer.PromptKD;
        const string Key = "TRAINER.PROMPTKD.LOSS";
        string? other = student.Loss == "kl" ? null
            : TeacherList.Of(config.Distill).Count > 1
                ? "there are several teachers, whose features are not in one space"
            : config.Distill.Target != new TargetConfig() ? "DISTILL.TARGET changes class probabilities, not features"
            : !student.SharedText ? "with TRAINER.PROMPTKD.SHARED_TEXT False the student's are in a space of its own"
            : null;
        if (other is not null)
        {
            // The one of them that a recipe sets.
            string orElse = config.Distill.Target.Calibrate ? ", or DISTILL.TARGET.CALIBRATE False" : "";
            throw new PromptKDException(
                $"{Key} {student.Loss} compares features with the teacher's, but {other}. Use {Key} kl{orElse}.");
        }
    }

    /// <summary>Says that the run has no folder.</summary>
    /// <exception cref="PromptKDException">
    /// OUTPUT_DIR is blank: what is written would land in the current folder.
    /// </exception>
    public static void Output(ExperimentConfig config) =>
        Require(config.OutputDir.Trim(), "OUTPUT_DIR (‹output›)", "the folder of the run");

    /// <summary>Says that no class is left to be novel.</summary>
    /// <param name="base">How many of the first classes are base.</param>
    /// <param name="classes">How many there are.</param>
    /// <param name="source">What has them.</param>
    /// <exception cref="PromptKDException">None is.</exception>
    public static void Base(int @base, int classes, string source)
    {
        if (@base < 0 || @base >= classes)
        {
            throw new PromptKDException(
                $"‹base› is {@base}, but {source} has {classes} classes. Give 1 to {classes - 1}, or 0 for no split.");
        }
    }

    /// <summary>Says how pictures are wanted that cannot be had.</summary>
    /// <remarks>Dassl reads more transforms and filters; nothing may be left out in silence.</remarks>
    /// <exception cref="PromptKDException">They are.</exception>
    public static void Input(InputConfig input)
    {
        if (input.Interpolation == "nearest")
        {
            throw new PromptKDException(
                "INPUT.INTERPOLATION is nearest; this program knows bicubic and bilinear only.");
        }

        string known = string.Join(", ", s_transforms);
        if (input.Transforms.FirstOrDefault(name => !s_transforms.Contains(name)) is { } unknown)
        {
            throw new PromptKDException($"INPUT.TRANSFORMS has {unknown}; this program knows {known} only.");
        }

        if (!input.Transforms.Contains(Normalisation))
        {
            throw new PromptKDException(
                $"INPUT.TRANSFORMS lacks {Normalisation}, without which a CLIP sees other numbers than it learned "
                + "from.");
        }

        RequireThree(input.PixelMean, "INPUT.PIXEL_MEAN");
        RequireThree(input.PixelStd, "INPUT.PIXEL_STD");
        if (input.RandomResizedCropScale is not [double least, double most] || least > most || most > 1)
        {
            throw new PromptKDException(
                $"INPUT.RRCROP_SCALE is {input.RandomResizedCropScale}, expected two numbers from 0 to 1, the smaller "
                + "one first.");
        }
    }

    private static void RequireThree(ValueList<double> values, string key)
    {
        if (values.Count != 3)
        {
            throw new PromptKDException(
                $"{key} has {values.Count} numbers, expected 3: one for each of red, green and blue.");
        }
    }
}
