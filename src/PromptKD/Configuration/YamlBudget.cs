using PromptKD.Runtime;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PromptKD.Configuration;

/// <summary>
/// Refuses YAML that is too long, too deep, or that grows by aliases, before it is made into nodes: a few letters can
/// stand for billions of them, and a deep one ends the process where it is walked. And a tag that means nothing here,
/// as PyYAML's safe loader does: what it would have made of the value is not what would be read.
/// </summary>
/// <remarks>
/// An alias may stand for what came before it, as PyYAML has it, but not for a part of which it is one.
/// </remarks>
internal sealed class YamlBudget
{
    /// <summary>What YAML's own tags begin with; !! stands for it.</summary>
    public const string YamlOwn = "tag:yaml.org,2002:";

    private const int LongestText = 1 << 22;
    private const int DeepestNesting = 32;
    private const long MostNodes = 100_000;

    private readonly string _source;
    private readonly Stack<Section> _open = new();
    private readonly Dictionary<string, long> _anchored = new(StringComparer.Ordinal);
    private long _nodes;

    private YamlBudget(string source) => _source = source;

    /// <summary>Refuses a text that goes beyond the budget.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="PromptKDException">It does.</exception>
    /// <exception cref="YamlException">It is not YAML. Other exceptions of the library may say so, too.</exception>
    public static void Check(string yaml, string source)
    {
        if (yaml.Length > LongestText)
        {
            throw new PromptKDException(
                $"{source}: {yaml.Length} letters; settings have at most {LongestText}. Is it the right file?");
        }

        var budget = new YamlBudget(source);
        var parser = new Parser(new StringReader(yaml));
        while (parser.MoveNext())
        {
            budget.Take(parser.Current!);
        }
    }

    private void Take(ParsingEvent part)
    {
        if (part is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } tag } && !IsKnown(tag, part))
        {
            throw Refuse(part, $"the tag {Shown(tag)} means nothing here; leave it out");
        }

        switch (part)
        {
            case MappingStart or SequenceStart:
                Open((NodeEvent)part);
                break;
            case MappingEnd or SequenceEnd:
                Section section = _open.Pop();
                Remember(section.Anchor, _nodes - section.NodesBefore);
                break;
            case YamlDotNet.Core.Events.Scalar scalar:
                Add(1, part);
                Remember(scalar.Anchor, 1);
                break;
            case AnchorAlias alias:
                Add(_anchored.TryGetValue(alias.Value.Value, out long nodes) ? nodes : throw Refuse(
                    part,
                    $"not valid YAML: the alias *{alias.Value} stands for nothing that is complete before it"), part);
                break;
        }
    }

    private static bool IsKnown(TagName tag, ParsingEvent part) => part switch
    {
        MappingStart => tag.Value == YamlOwn + "map",
        SequenceStart => tag.Value == YamlOwn + "seq",
        _ => YamlScalar.IsKnown(tag),
    };

    private static string Shown(TagName tag) => Printable.Line(
        tag.Value.StartsWith(YamlOwn, StringComparison.Ordinal) ? $"!!{tag.Value[YamlOwn.Length..]}" : tag.Value);

    private void Open(NodeEvent part)
    {
        Add(1, part);
        _open.Push(new Section(part.Anchor, _nodes - 1));
        if (_open.Count > DeepestNesting)
        {
            throw Refuse(part, $"not settings: lists and sections lie more than {DeepestNesting} deep in one another");
        }
    }

    private void Remember(AnchorName anchor, long nodes)
    {
        if (!anchor.IsEmpty)
        {
            _anchored[anchor.Value] = nodes;
        }
    }

    private void Add(long nodes, ParsingEvent part)
    {
        _nodes += nodes;
        if (_nodes > MostNodes)
        {
            throw Refuse(
                part, $"not settings: more than {MostNodes} keys and values, those of aliases counted each time");
        }
    }

    private PromptKDException Refuse(ParsingEvent part, string what) =>
        new($"{YamlText.Place(part.Start, _source)}: {what}.");

    /// <summary>A list or section whose end has not come yet.</summary>
    private readonly record struct Section(AnchorName Anchor, long NodesBefore);
}
