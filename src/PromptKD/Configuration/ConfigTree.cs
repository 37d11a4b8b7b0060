using System.Reflection;

namespace PromptKD.Configuration;

/// <summary>
/// Maps the configuration records to keys and back. The key of a property is its name in upper case with an
/// underscore before each word (KdWeight is KD_WEIGHT), below the key of the record that holds it.
/// </summary>
internal static class ConfigTree
{
    /// <summary>Separates the parts of a full key.</summary>
    public const char Separator = '.';

    private static readonly OrderedDictionary<string, ConfigKey> s_keys = FindKeys();

    private static readonly HashSet<string> s_sections =
        [.. s_keys.Keys.SelectMany(key => Parents(key.Split(Separator)))];

    /// <summary>Every key, those of the records first.</summary>
    public static IReadOnlyCollection<ConfigKey> Keys => s_keys.Values;

    /// <summary>The key of a name, or null where there is none.</summary>
    public static ConfigKey? Find(string name) => s_keys.GetValueOrDefault(name);

    /// <summary>Whether a name is that of a section, which holds keys.</summary>
    public static bool IsSection(string name) => s_sections.Contains(name);

    /// <summary>Full names of the keys and sections directly in a section; the empty name is the top.</summary>
    public static IEnumerable<string> ChildrenOf(string section)
    {
        string prefix = section.Length == 0 ? "" : section + Separator;
        return s_keys.Keys
            .Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(key => prefix + key[prefix.Length..].Split(Separator)[0])
            .Distinct();
    }

    /// <summary>Every key with its value in a configuration.</summary>
    public static OrderedDictionary<string, object> Flatten(ExperimentConfig config)
    {
        var values = new OrderedDictionary<string, object>();
        foreach ((string name, _, object value) in SettingsBelow(config, ""))
        {
            values.Add(name, value);
        }

        foreach ((string name, object value) in IgnoredKeys.All)
        {
            values.Add(name, value);
        }

        foreach (IgnoredSetting setting in config.Ignored)
        {
            values[setting.Key] = setting.Value;
        }

        return values;
    }

    /// <summary>The configuration that has these values: the inverse of <see cref="Flatten"/>.</summary>
    public static ExperimentConfig Bind(IReadOnlyDictionary<string, object> values)
    {
        var config = (ExperimentConfig)BindSection(typeof(ExperimentConfig), "", values);
        return config with
        {
            Ignored =
            [
                .. IgnoredKeys.All
                    .Where(key => !key.Default.Equals(values[key.Key]))
                    .Select(key => new IgnoredSetting(key.Key, values[key.Key])),
            ],
        };
    }

    private static object BindSection(Type section, string prefix, IReadOnlyDictionary<string, object> values)
    {
        object record = Activator.CreateInstance(section)!;
        foreach (PropertyInfo property in PropertiesOf(section))
        {
            string name = prefix + KeyOf(property);
            property.SetValue(
                record,
                ConfigValue.IsValue(property.PropertyType)
                    ? values[name]
                    : BindSection(property.PropertyType, name + Separator, values));
        }

        return record;
    }

    private static OrderedDictionary<string, ConfigKey> FindKeys()
    {
        var keys = new OrderedDictionary<string, ConfigKey>();
        foreach ((string name, PropertyInfo property, object value) in SettingsBelow(new ExperimentConfig(), ""))
        {
            bool isOwn = property.IsDefined(typeof(OwnKeyAttribute));
            ValueRuleAttribute[] rules = [.. property.GetCustomAttributes<ValueRuleAttribute>()];
            keys.Add(name, new ConfigKey(name, value, isOwn, HasEffect: true, rules));
        }

        foreach ((string name, object value) in IgnoredKeys.All)
        {
            keys.Add(name, new ConfigKey(name, value, IsOwn: false, HasEffect: false, Rules: []));
        }

        return keys;
    }

    private static IEnumerable<(string Name, PropertyInfo Property, object Value)> SettingsBelow(
        object section,
        string prefix)
    {
        foreach (PropertyInfo property in PropertiesOf(section.GetType()))
        {
            string name = prefix + KeyOf(property);
            object value = property.GetValue(section)!;
            if (ConfigValue.IsValue(property.PropertyType))
            {
                yield return (name, property, value);
                continue;
            }

            foreach ((string, PropertyInfo, object) setting in SettingsBelow(value, name + Separator))
            {
                yield return setting;
            }
        }
    }

    // Those that a record shares with others come first.
    private static PropertyInfo[] PropertiesOf(Type section) =>
    [
        .. section.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .OrderBy(property => property.DeclaringType == section),
    ];

    private static string KeyOf(PropertyInfo property) =>
        property.GetCustomAttribute<SpelledAttribute>()?.Key
        ?? string.Concat(property.Name.Select((letter, index) =>
            index > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));

    private static IEnumerable<string> Parents(string[] parts) =>
        Enumerable.Range(1, parts.Length - 1).Select(count => string.Join(Separator, parts[..count]));
}
