using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Events = YamlDotNet.Core.Events;

namespace PromptKD.Configuration;

/// <summary>Finds a key that a mapping of YAML has twice, and both places: the library names the second only.</summary>
internal static class DoubledKey
{
    /// <summary>The first one that comes a second time; null where there is none.</summary>
    /// <param name="yaml">Text within the <see cref="YamlBudget"/>.</param>
    public static (string Name, Mark First, Mark Second)? Find(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        var open = new Stack<Level>();
        try
        {
            while (parser.MoveNext())
            {
                switch (parser.Current)
                {
                    case MappingStart:
                        open.Push(new Level([]));
                        break;
                    case SequenceStart:
                        open.Push(new Level(null));
                        break;
                    case MappingEnd or SequenceEnd:
                        open.Pop();
                        Step(open);
                        break;
                    case Events.Scalar scalar when open.TryPeek(out Level? level)
                        && level.Keys is { } keys
                        && level.IsAtKey:
                        if (!keys.TryAdd(scalar.Value, scalar.Start))
                        {
                            return (scalar.Value, keys[scalar.Value], scalar.Start);
                        }

                        Step(open);
                        break;
                    case Events.Scalar or AnchorAlias:
                        Step(open);
                        break;
                }
            }
        }
        catch (YamlException)
        {
            // Something else is wrong, too; it is said as the library says it.
        }

        return null;
    }

    // A key and a value take turns.
    private static void Step(Stack<Level> open)
    {
        if (open.TryPeek(out Level? level))
        {
            level.IsAtKey = !level.IsAtKey;
        }
    }

    /// <summary>An open mapping, or a sequence, which has no keys.</summary>
    private sealed class Level(Dictionary<string, Mark>? keys)
    {
        public Dictionary<string, Mark>? Keys { get; } = keys;

        public bool IsAtKey { get; set; } = true;
    }
}
