using System.Text;
using PromptKD.Runtime;
using PromptKD.Text.Names;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PromptKD.Configuration;

/// <summary>Merges YAML files: sections are mappings, every other node is the value of a key.</summary>
internal static class YamlReader
{
    private static readonly UTF8Encoding s_utf8 = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>As <see cref="ExperimentConfig.MergeFile"/>.</summary>
    public static ExperimentConfig MergeFile(ExperimentConfig config, string path)
    {
        if (!File.Exists(path))
        {
            throw new PromptKDException(
                Directory.Exists(path)
                    ? $"'{path}' is a folder, not a configuration file."
                    : $"No configuration file at '{path}'.{Neighbours(path)}");
        }

        try
        {
            using var reader = new StreamReader(RegularFile.Open(path), s_utf8, detectEncodingFromByteOrderMarks: true);
            return Merge(config, reader.ReadToEnd(), path);
        }
        catch (DecoderFallbackException error)
        {
            string wrong = error.BytesUnknown is [var first, ..] ? $"the byte 0x{first:X2} is not UTF-8" : "not UTF-8";
            throw new PromptKDException($"{path}: {wrong}. Save the file as UTF-8.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PromptKDException($"Cannot read '{path}': {error.Message}", error);
        }
    }

    // What is not there: the file, or a folder on the way to it.
    private static string Neighbours(string path)
    {
        if (path.Contains('\0'))
        {
            return "";
        }

        string missing = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(missing)!;
        if (Directory.Exists(folder))
        {
            return Nearest(Path.GetFileName(missing), Directory.EnumerateFiles(folder, "*.yaml"));
        }

        while (Path.GetDirectoryName(folder) is { } above && !Directory.Exists(above))
        {
            folder = above;
        }

        string name = Path.GetFileName(folder);
        string parent = Path.GetDirectoryName(folder) ?? folder;
        return $" There is no folder '{Printable.Line(name)}' in '{Printable.Line(parent)}'."
            + Nearest(name, Directory.EnumerateDirectories(parent));
    }

    // The nearest first, and a few more of those that lie beside it.
    private static string Nearest(string name, IEnumerable<string> beside)
    {
        const int Enough = 4;
        string[] names = Names(beside);
        if (names.Length == 0)
        {
            return "";
        }

        string nearest = NearestName.To(name, names);
        string[] others = [.. names.Where(one => one != nearest).Take(Enough)];
        string more = names.Length - 1 > Enough ? $" and {names.Length - 1 - Enough} more" : "";
        return $" Did you mean {Printable.Line(nearest)}?"
            + (others.Length > 0 ? $" There are also {Printable.Line(string.Join(", ", others))}{more}." : "");
    }

    private static string[] Names(IEnumerable<string> paths)
    {
        try
        {
            return [.. paths.Select(one => Path.GetFileName(one)).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nobody may list that folder: nothing is suggested.
            return [];
        }
    }

    /// <summary>As <see cref="ExperimentConfig.MergeYaml"/>.</summary>
    public static ExperimentConfig Merge(ExperimentConfig config, string yaml, string source)
    {
        if (YamlText.Parse(yaml, source) is not { } root)
        {
            return config;
        }

        var editor = new ConfigEditor(config);
        MergeSection(root, "", editor, source, []);
        return editor.Result;
    }

    /// <summary>The full names of the keys that a text sets, in its order.</summary>
    /// <exception cref="PromptKDException">It is not YAML.</exception>
    public static IReadOnlyList<string> KeysOf(string yaml, string source) =>
        YamlText.Parse(yaml, source) is { } root ? [.. KeysBelow(root, "")] : [];

    private static IEnumerable<string> KeysBelow(YamlNode node, string name) => node is not YamlMappingNode section
        ? [name]
        : section.Children.SelectMany(one => KeysBelow(
            one.Value, (name.Length == 0 ? "" : name + ConfigTree.Separator) + ((YamlScalarNode)one.Key).Value));

    /// <param name="node">The section's keys and values.</param>
    /// <param name="section">Its name; empty for the whole file.</param>
    /// <param name="editor">Takes the values.</param>
    /// <param name="source">What messages call the text.</param>
    /// <param name="set">
    /// The keys that were set, and where: a key may stand in its section and with its full name.
    /// </param>
    private static void MergeSection(
        YamlNode node, string section, ConfigEditor editor, string source, Dictionary<string, Mark> set)
    {
        if (IsNothing(node))
        {
            return;
        }

        if (node is not YamlMappingNode mapping)
        {
            string whole = section.Length == 0 ? "The file" : section;
            throw new PromptKDException(
                $"{YamlText.PlaceOf(node, source)}: {whole} must be a section of keys, "
                + $"not {ConfigValue.Show(Read(node, textWanted: false))}.");
        }

        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } part })
            {
                throw new PromptKDException($"{YamlText.PlaceOf(key, source)}: a key must be a single word.");
            }

            string name = section.Length == 0 ? part : section + ConfigTree.Separator + part;
            MergeSetting(key, value, name, editor, source, set);
        }
    }

    private static void MergeSetting(
        YamlNode key, YamlNode value, string name, ConfigEditor editor, string source, Dictionary<string, Mark> set)
    {
        if (ConfigTree.IsSection(name))
        {
            MergeSection(value, name, editor, source, set);
            return;
        }

        ConfigKey known = ConfigTree.Find(name) ?? throw UnknownKey.At(YamlText.PlaceOf(key, source), name);
        if (value is YamlMappingNode)
        {
            throw new PromptKDException(
                $"{YamlText.PlaceOf(value, source)}: {name} must be {ConfigValue.Describe(known.Type)}, "
                + "not a section of keys.");
        }

        if (!set.TryAdd(known.Name, key.Start))
        {
            throw new PromptKDException(
                $"{YamlText.PlaceOf(key, source)}: {known.Name} stands in line {set[known.Name].Line} already. Keep "
                + "one of the two.");
        }

        bool textWanted = known.Type == typeof(string) || known.Type == typeof(ValueList<string>);
        object? read = known.Type == typeof(string) && IsNone(value) ? null : Read(value, textWanted);
        editor.Set(known, read, YamlText.PlaceOf(value, source));
    }

    /// <summary>
    /// Whether a scalar is None, in quotes or not: YACS evaluates the text that PyYAML read, which no longer shows
    /// whether it had quotes. Only a tag (<c>!!str None</c>) makes it a text here.
    /// </summary>
    private static bool IsNone(YamlNode node) =>
        node is YamlScalarNode { Tag.IsEmpty: true, Value: { } text } && PythonLiteral.IsNone(text);

    /// <summary>A node as <see cref="ConfigValue"/> describes what was read.</summary>
    /// <param name="node">A scalar or a list of scalars; what is deeper is no value and stays the node it is.</param>
    /// <param name="textWanted">Whether its key holds text.</param>
    private static object? Read(YamlNode node, bool textWanted) => node switch
    {
        YamlScalarNode scalar => YamlScalar.Read(scalar, textWanted),
        YamlSequenceNode list =>
            list.Children.Select(item => item is YamlScalarNode ? Read(item, textWanted) : item).ToList(),
        _ => node,
    };

    private static bool IsNothing(YamlNode node) =>
        node is YamlScalarNode scalar && YamlScalar.Read(scalar, textWanted: false) is null;
}
