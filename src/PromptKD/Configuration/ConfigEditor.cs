namespace PromptKD.Configuration;

/// <summary>Changes settings one by one, each checked; <see cref="Result"/> is the changed configuration.</summary>
/// <param name="config">Where to start.</param>
internal sealed class ConfigEditor(ExperimentConfig config)
{
    private readonly OrderedDictionary<string, object> _values = ConfigTree.Flatten(config);

    /// <summary>The configuration with every setting made so far.</summary>
    public ExperimentConfig Result => ConfigTree.Bind(_values);

    /// <summary>Gives a key a value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="read">
    /// The value as <see cref="ConfigValue"/> describes what was read. Null, which is Python's None, is the empty text
    /// to a key that holds text: Dassl's programs take it for any key, and ask only whether there is a text.
    /// </param>
    /// <param name="place">Where it was read; begins the message.</param>
    /// <exception cref="PromptKDException">
    /// The value has the wrong type, is no finite number, or breaks a rule of the key.
    /// </exception>
    public void Set(ConfigKey key, object? read, string place)
    {
        object? value = read is null && key.Type == typeof(string) ? "" : ConfigValue.Convert(read, key.Type);
        if (value is null)
        {
            string hint = key.Type == typeof(string) && read is not null ? " Quotes make it text." : "";
            throw Refuse(ConfigValue.Describe(key.Type), hint);
        }

        if (ConfigValue.IsWild(value))
        {
            throw Refuse("finite", "");
        }

        if (key.Misses(value) is { } missed)
        {
            throw Refuse(missed, "");
        }

        _values[key.Name] = value;

        PromptKDException Refuse(string expected, string hint) =>
            new($"{place}: {key.Refusal(expected, read)}{hint}");
    }
}
