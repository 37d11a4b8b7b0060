using System.Text;

namespace PromptKD.Configuration;

/// <summary>
/// Writes a configuration as YAML: all keys that are read, and those without effect that were set. Of the methods that
/// do not run, only what was set.
/// </summary>
internal static class YamlWriter
{
    private const int IndentPerSection = 2;

    /// <summary>As <see cref="ExperimentConfig.ToYaml"/>.</summary>
    public static string Write(ExperimentConfig config)
    {
        HashSet<string> ignored = [.. config.KeysWithoutEffect()];
        HashSet<string> set =
            [.. ExperimentConfig.Differences(config, new ExperimentConfig()).Select(difference => difference.Key)];
        var text = new StringBuilder();
        WriteSection(
            text,
            [
                .. config.Flatten()
                    .Where(setting => ConfigTree.Find(setting.Key)!.HasEffect
                        ? set.Contains(setting.Key) || !IsOfOtherMethod(setting.Key, config)
                        : ignored.Contains(setting.Key))
                    .Select(setting => (setting.Key.Split(ConfigTree.Separator), setting.Value)),
            ],
            depth: 0);
        return text.ToString();
    }

    // TRAINER.METHOD.KEY
    private static bool IsOfOtherMethod(string key, ExperimentConfig config) =>
        key.Split(ConfigTree.Separator) is ["TRAINER", var method, _, ..]
        && config.Trainer.Name.Length > 0
        && !string.Equals(method, config.Trainer.Name, StringComparison.OrdinalIgnoreCase);

    private static void WriteSection(StringBuilder text, IEnumerable<(string[] Path, object Value)> settings, int depth)
    {
        foreach (var group in settings.GroupBy(setting => setting.Path[depth]))
        {
            (string[] path, object value) = group.First();
            text.Append(' ', depth * IndentPerSection).Append(group.Key).Append(':');
            if (path.Length == depth + 1)
            {
                string tag = value is string words && PythonLiteral.IsNone(words) ? " !!str " : " ";
                text.Append(tag).Append(ConfigValue.Show(value)).Append('\n');
            }
            else
            {
                text.Append('\n');
                WriteSection(text, group, depth + 1);
            }
        }
    }
}
