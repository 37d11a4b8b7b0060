using System.CommandLine;
using PromptKD.Cli.Terminal;
using PromptKD.Text.Names;

namespace PromptKD.Cli.Commands;

/// <summary>
/// Options of the texts of classes that several verbs take, each declared once; those that set a key are in
/// <see cref="SettingOptions"/>.
/// </summary>
internal static class CommonOptions
{
    /// <summary>Names of classes, which <see cref="ReadClasses"/> reads.</summary>
    /// <param name="fallback">What holds without it, as the help says it.</param>
    /// <param name="what">What the names are.</param>
    /// <param name="required">Whether the verb cannot do without.</param>
    public static Option<string> Classes(string fallback, string what = "Class names", bool required = false) =>
        new("--classes")
        {
            Description = $"{what}: a file with one a line, or a comma-separated list [{fallback}]",
            HelpName = "FILE|LIST",
            Required = required,
        };

    /// <summary>The names that were given; null where none were.</summary>
    public static IReadOnlyList<string>? ReadClasses(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) is { } given ? ClassList.Read(given, Messages.Warning) : null;

    /// <summary>Sentences around class names.</summary>
    /// <param name="purpose">What several are for.</param>
    public static Option<string[]> Templates(string purpose) => new("--template")
    {
        Description = $"Sentence around a class name, {{}}{purpose} [default: a photo of a {{}}.]",
        HelpName = "TEXT",
    };

    /// <summary>A checkpoint of a teacher, of verbs that do not learn from it.</summary>
    public static Option<string> TeacherPrompts() => new("--teacher-prompts")
    {
        Description = "Checkpoint of the teacher's learned prompts, where it has some [default: none]",
        HelpName = OptionRules.AFile,
    };

    /// <summary>Another size of pictures than a model was made for, of verbs without settings.</summary>
    /// <param name="model">Whose: begins the name.</param>
    public static Option<int> PictureSize(string model) => new($"--{model}-picture-size")
    {
        Description = $"Side of the pictures that the {model} looks at, in pixels; 0 for the size that it was made for",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
    };

    /// <summary>CTX_INIT of a training, which its checkpoint does not say.</summary>
    /// <param name="fallback">What holds without it.</param>
    public static Option<string> Context(string fallback = "a photo of a") => new("--context")
    {
        Description = $"The words that learned text tokens started from, CTX_INIT of the training [default: "
            + $"{fallback}]",
        HelpName = "TEXT",
    };

    /// <summary>CLASS_TOKEN_POSITION of a training by CoOp, which its checkpoint does not say.</summary>
    public static Option<string> ClassPosition() => new("--class-position")
    {
        Description = "Where CoOp's learned tokens have the class name, CLASS_TOKEN_POSITION: end, middle or front "
            + "[default: end]",
        HelpName = OptionValues.AName,
    };

    /// <summary>CLIP's vocabulary, of verbs without settings.</summary>
    public static Option<string> Vocabulary() => new("--vocab")
    {
        Description = "CLIP's byte-pair vocabulary [default: looked for]",
        HelpName = OptionRules.AFile,
    };

    /// <summary>Refuses what says how something is read that is not read: it would change nothing.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="needed">What has to be given.</param>
    /// <param name="options">What has no meaning without.</param>
    /// <exception cref="PromptKDException">One is given, but not <paramref name="needed"/>.</exception>
    public static void RefuseIdle(ParseResult parsed, Option needed, params Option[] options)
    {
        if (parsed.GetResult(needed) is null
            && options.FirstOrDefault(option => parsed.GetResult(option) is not null) is { } idle)
        {
            throw new PromptKDException(
                $"{idle.Name} says something of {needed.Name}, which is not given. Give both, or none.");
        }
    }
}
