namespace PromptKD.Configuration.Presets;

/// <summary>
/// How to distil, as a YAML file of ordinary keys: <c>configs/recipes</c>, which the assembly contains. A recipe lies
/// below everything that is set otherwise, key by key.
/// </summary>
public sealed class Recipe
{
    /// <summary>What distilling begins with where nothing else is said.</summary>
    public const string DefaultName = "best";

    /// <summary>The recipe with the paper's settings: those of <see cref="DistillPreset.Config"/>.</summary>
    public const string PaperName = "paper";

    private readonly IReadOnlyList<string> _keys;

    private Recipe(string name)
    {
        Name = name;
        Yaml = Read(name);
        string source = $"recipe {name}";
        _keys = YamlReader.KeysOf(Yaml, source);
        Config = DistillPreset.Config.MergeYaml(Yaml, source);
    }

    /// <summary>All of them, the cheapest first.</summary>
    public static IReadOnlyList<Recipe> All { get; } = [new("fast"), new(DefaultName), new(PaperName)];

    /// <summary>One word: the value of DISTILL.RECIPE.</summary>
    public string Name { get; }

    /// <summary>The file as it stands, with its comments.</summary>
    public string Yaml { get; }

    /// <summary>What it does and costs, in sentences: how the file begins.</summary>
    public string Summary => string.Join(' ', Yaml.Split('\n')
        .TakeWhile(line => line.StartsWith("# ", StringComparison.Ordinal)
            && !line.StartsWith("# promptkd", StringComparison.Ordinal))
        .Select(line => line[2..]));

    /// <summary>
    /// All settings to distil with, the paper's where the recipe sets none; inputs and output folder are missing.
    /// </summary>
    public ExperimentConfig Config { get; }

    /// <summary>The recipe of a name.</summary>
    /// <exception cref="PromptKDException">There is none.</exception>
    public static Recipe Find(string name) => All.FirstOrDefault(one => one.Name == name)
        ?? throw new PromptKDException(
            $"There is no recipe '{name}'. Give one of {string.Join(", ", All.Select(one => one.Name))}, or a file of "
            + "keys with ‹config›.");

    /// <summary>
    /// The settings that a user asks for: a recipe, and over it what is set, key by key. DISTILL.RECIPE, wherever it is
    /// set, says which one; where it is not, REFERENCE True takes the paper's, and else it is
    /// <see cref="DefaultName"/>.
    /// </summary>
    /// <param name="set">Merges all that the user set over the settings that it is given; called twice.</param>
    /// <exception cref="PromptKDException">What is set is wrong.</exception>
    public static ExperimentConfig Under(Func<ExperimentConfig, ExperimentConfig> set)
    {
        ExperimentConfig asked = set(DistillPreset.Config with { Distill = new DistillConfig { Recipe = "" } });
        string name = asked.Distill.Recipe;
        return set(Find(name.Length > 0 ? name : asked.Reference ? PaperName : DefaultName).Config);
    }

    /// <summary>
    /// The recipe's name, and which of the keys that it sets were set otherwise, as far as they have an effect.
    /// </summary>
    internal string Describe(ExperimentConfig config)
    {
        IReadOnlyList<string> idle = ActingKeys.OfDistill(config).FindIdle();
        string[] changes =
        [
            .. ExperimentConfig.Differences(Config, config)
                .Where(one => _keys.Contains(one.Key) && !idle.Contains(one.Key))
                .Select(one => $"{one.Key} {ConfigValue.Show(one.Second)}"),
        ];
        return changes.Length == 0 ? $"Recipe {Name}" : $"Recipe {Name}, but {string.Join(", ", changes)}";
    }

    private static string Read(string name)
    {
        using var reader = new StreamReader(
            typeof(Recipe).Assembly.GetManifestResourceStream($"recipe-{name}.yaml")
            ?? throw new InvalidOperationException($"The assembly has no recipe '{name}'."));
        return reader.ReadToEnd();
    }
}
