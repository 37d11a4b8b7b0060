using System.CommandLine;
using System.CommandLine.Parsing;
using PromptKD.Configuration;
using PromptKD.Runtime;

namespace PromptKD.Cli.Commands;

/// <summary>
/// Where a verb may write, found while the command line is read: over nothing that it reads, into no folder whose
/// folders are classes, and no two things into one place.
/// </summary>
internal static class OutputPlaces
{
    private const string PicturesArgument = "pictures";
    private const string OutputKey = "OUTPUT_DIR";
    private const string OutputOption = "--output";

    private static readonly string[] s_outputs =
        [OutputOption, "--output-dir", "--sort-into", "--mistakes", "--confusion", "--json"];

    // Their folders are classes, whatever is in them.
    private static readonly string[] s_labelled = ["--data", "--val", "--labelled", "--train", "--test"];

    private static readonly string[] s_pictures = [.. s_labelled, "--images", PicturesArgument];

    private static readonly string[] s_models = ["--model", "--teacher", "--student", "--clip"];

    private static readonly string[] s_inputs =
    [
        .. s_pictures, .. s_models, "--store", "--root", "--classes", "--config", "--config-file",
        "--dataset-config-file", "--vocab", "--prompts", "--teacher-prompts", "--checkpoint",
    ];

    // Of a package, and of a CLIP in a folder.
    private static readonly string[] s_modelEndings = [".safetensors", ".pt", ".pth", ".bin"];

    private static readonly string[] s_modelFiles =
    [
        "model.json", "README.md", "config.json", "open_clip_config.json", "preprocessor_config.json", "tokenizer.json",
        "tokenizer_config.json", "vocab.json", "merges.txt",
    ];

    private static readonly string[] s_pictureEndings =
        [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".heic", ".avif"];

    /// <summary>Adds the rule to a command that writes.</summary>
    public static void Add(Command command)
    {
        if (command.Options.Any(option => s_outputs.Contains(option.Name)))
        {
            command.Validators.Add(Check);
        }
    }

    private static void Check(CommandResult result)
    {
        Dictionary<string, string> settings = SettingsOf(result);
        if (settings.ContainsKey(OutputKey) && result.Command.Options.Any(option => option.Name == OutputOption))
        {
            result.AddError($"{OutputKey} is what {OutputOption} says. Give {OutputOption} alone.");
            return;
        }

        Given[] given = [.. GivenByOptions(result, settings), .. GivenByKeys(result.Command, settings)];
        Given[] outputs = [.. given.Where(one => s_outputs.Contains(one.Name))];
        Given[] inputs = [.. given.Where(one => s_inputs.Contains(one.Name) && Path.Exists(one.Path))];
        string? mistake = outputs
            .SelectMany(output => inputs.Select(input => FindMistake(result.Command.Name, output, input)))
            .Concat(outputs.SelectMany(
                (output, number) => outputs.Skip(number + 1).Select(other => FindTwice(output, other))))
            .FirstOrDefault(found => found is not null);
        if (mistake is not null)
        {
            result.AddError(mistake);
        }
    }

    // What KEY VALUE says wins over the option.
    private static IEnumerable<Given> GivenByOptions(CommandResult result, Dictionary<string, string> settings) =>
        result.Children.SelectMany(child => child switch
        {
            // One that is given twice and takes one value has a rule of its own.
            OptionResult { Option.Arity.MaximumNumberOfValues: 1, Tokens.Count: > 1 } => [],
            OptionResult { Option.HelpName: { } key } when settings.ContainsKey(key) => [],
            OptionResult { Option: var option } => GivenBy(option.Name, child, option.HelpName),
            ArgumentResult { Argument: var argument } => GivenBy(argument.Name, child, help: null),
            _ => [],
        });

    private static IEnumerable<Given> GivenBy(string name, SymbolResult result, string? help) => result.Tokens
        .Where(token => !string.IsNullOrWhiteSpace(token.Value))
        .Select(token => new Given(name, token.Value, help == OptionRules.AFile));

    private static IEnumerable<Given> GivenByKeys(Command command, Dictionary<string, string> settings) =>
        command.Options.Where(option => option.HelpName is { } key && settings.ContainsKey(key))
            .Select(option => (option.Name, Key: option.HelpName!, Path: settings[option.HelpName!]))
            .Where(one => !string.IsNullOrWhiteSpace(one.Path))
            .Select(one => new Given(one.Name, one.Path, IsFile: false) { Shown = one.Key });

    // The pairs behind the options, of texts alone: paths are some. A key that comes again counts where it comes last.
    private static Dictionary<string, string> SettingsOf(CommandResult result)
    {
        string[] words =
        [
            .. result.Children.OfType<ArgumentResult>()
                .Where(child => child.Argument.Name == SettingOptions.OverridesName)
                .SelectMany(child => child.Tokens)
                .Select(token => token.Value),
        ];
        Dictionary<string, string> settings = new(StringComparer.Ordinal);
        foreach (string[] pair in words.Skip(words.Length % 2).Chunk(2))
        {
            if (TextOf(pair) is { } text)
            {
                settings[pair[0]] = text;
            }
        }

        return settings;
    }

    // A value may be a Python literal. What is wrong with it is said where settings are read.
    private static string? TextOf(string[] pair)
    {
        try
        {
            return new ExperimentConfig().MergeOverrides(pair).Flatten()[pair[0]] as string;
        }
        catch (PromptKDException)
        {
            return null;
        }
    }

    private static string? FindTwice(Given output, Given other) => output.Place.Equals(other.Place, RealPath.Comparison)
        ? $"{output.Shown} and {other.Shown} are both '{other.Path}'. Give each a place of its own."
        : null;

    private static string? FindMistake(string verb, Given output, Given input)
    {
        string shown = input.Name == PicturesArgument ? "what is classified" : input.Shown;
        if (output.Place.Equals(input.Place, RealPath.Comparison))
        {
            return $"{output.Shown} is '{output.Path}', which is {shown}, too. Give another place: what is read is not "
                + "written over.";
        }

        if (s_models.Contains(input.Name) && output.LiesDirectlyIn(input) && IsOfModel(output))
        {
            return $"{output.Shown} is '{output.Path}', a file of {shown}. Give another place: what is read is not "
                + "written over.";
        }

        bool isPicture = s_pictureEndings.Any(end => output.Path.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        return !s_pictures.Contains(input.Name) || !output.LiesIn(input) ? null
            : isPicture || verb == "preview"
                ? $"{output.Shown} is '{output.Path}', which lies in '{input.Path}', where {shown} reads pictures: the "
                    + "next call would read it, too. Give a place elsewhere."
            : s_labelled.Contains(input.Name) && !output.IsFile && !Path.HasExtension(output.Path)
                ? $"{output.Shown} is '{output.Path}', which lies in '{input.Path}', whose folders are the classes of "
                    + $"{shown}: the next call would take it for one. Give a folder elsewhere."
            : null;
    }

    private static bool IsOfModel(Given output) => File.Exists(output.Path)
        && (s_modelFiles.Contains(Path.GetFileName(output.Path))
            || s_modelEndings.Contains(Path.GetExtension(output.Path)));

    /// <summary>A path on the command line.</summary>
    /// <param name="Name">Of the option or argument.</param>
    /// <param name="Path">As it was given.</param>
    /// <param name="IsFile">Whether it is always a file.</param>
    private sealed record Given(string Name, string Path, bool IsFile)
    {
        /// <summary>What the user wrote it behind: the option, or the key that the option sets.</summary>
        public string Shown { get; init; } = Name;

        /// <summary>Where it is, links followed. What cannot be a path is refused where it is opened.</summary>
        public string Place { get; } = RealPath.OrGiven(Path);

        public bool LiesIn(Given folder) => Directory.Exists(folder.Path) && Place.StartsWith(
            folder.Place.TrimEnd(System.IO.Path.DirectorySeparatorChar) + System.IO.Path.DirectorySeparatorChar,
            RealPath.Comparison);

        public bool LiesDirectlyIn(Given folder) => LiesIn(folder)
            && System.IO.Path.GetDirectoryName(Place)!.Equals(folder.Place, RealPath.Comparison);
    }
}
