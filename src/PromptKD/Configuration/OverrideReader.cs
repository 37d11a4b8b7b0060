namespace PromptKD.Configuration;

/// <summary>Merges KEY VALUE pairs; a value is a Python literal, or text that stands for itself.</summary>
internal static class OverrideReader
{
    private const string Place = "command line";

    /// <summary>As <see cref="ExperimentConfig.MergeOverrides"/>.</summary>
    public static ExperimentConfig Merge(ExperimentConfig config, IReadOnlyList<string> keysAndValues)
    {
        var editor = new ConfigEditor(config);
        for (int index = 0; index < keysAndValues.Count; index += 2)
        {
            string name = keysAndValues[index];
            ConfigKey key = FindKey(name);
            if (index + 1 == keysAndValues.Count)
            {
                throw new PromptKDException($"{Place}: {name} has no value. Settings are pairs: KEY VALUE.");
            }

            string text = keysAndValues[index + 1];
            editor.Set(key, PythonLiteral.TryParse(text, out object? literal) ? literal : text, Place);
        }

        return editor.Result;
    }

    private static ConfigKey FindKey(string name)
    {
        if (ConfigTree.IsSection(name))
        {
            string children = string.Join(", ", ConfigTree.ChildrenOf(name));
            throw new PromptKDException($"{Place}: {name} is a section. Give one of its keys: {children}.");
        }

        return ConfigTree.Find(name) ?? throw UnknownKey.At(Place, name);
    }
}
