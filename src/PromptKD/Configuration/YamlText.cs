using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;
using YamlDotNet.RepresentationModel;

namespace PromptKD.Configuration;

/// <summary>Parses YAML, and turns what is not YAML into one line with its place.</summary>
internal static class YamlText
{
    private const int DeepestBrackets = 64;

    /// <summary>The root of the only document, or null where there is none.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="PromptKDException">
    /// The text is not YAML, has several documents, or goes beyond the <see cref="YamlBudget"/>.
    /// </exception>
    public static YamlNode? Parse(string yaml, string source)
    {
        // The parser takes a zero byte for the end of the text.
        if (yaml.IndexOf('\0', StringComparison.Ordinal) is var zero and >= 0)
        {
            int line = yaml.AsSpan(0, zero).Count('\n') + 1;
            throw new PromptKDException($"{source}:{line}: not valid YAML: a zero byte. Is it a text, and in UTF-8?");
        }

        var stream = new YamlStream();
        try
        {
            YamlBudget.Check(yaml, source);
            stream.Load(new StringReader(yaml));
        }
        catch (Exception error) when (error is YamlException or InvalidOperationException or ArgumentException)
        {
            throw Explain(error, yaml, source);
        }

        return stream.Documents.Count <= 1
            ? stream.Documents.FirstOrDefault()?.RootNode
            : throw new PromptKDException(
                $"{PlaceOf(stream.Documents[1].RootNode, source)}: a second document begins. "
                + "Put all settings in one.");
    }

    /// <summary>File, line and column, both counted from 1, where a node begins.</summary>
    public static string PlaceOf(YamlNode node, string source) => Place(node.Start, source);

    /// <summary>
    /// YamlDotNet notices an open bracket at the end of the text, or (an InvalidOperationException) without any
    /// place; where the bracket stands helps more. Aliases in odd places are an ArgumentException to it.
    /// </summary>
    private static PromptKDException Explain(Exception error, string yaml, string source)
    {
        if (FindOpenBracket(yaml) is { } bracket)
        {
            return new($"{Place(bracket, source)}: not valid YAML: this bracket is never closed.", error);
        }

        if (error is not YamlException yamlError)
        {
            return new($"{source}: not valid YAML: a bracket or an alias stands where none can.", error);
        }

        if (DoubledKey.Find(yaml) is ({ } key, var first, var second))
        {
            string place = Place(second, source);
            return new(
                $"{place}: not valid YAML: the key {key} stands in line {first.Line} already. Keep one of the two.",
                error);
        }

        string what = string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return new($"{Place(yamlError.Start, source)}: not valid YAML: {what.TrimEnd('.')}.", error);
    }

    /// <summary>
    /// The innermost bracket without its partner, or null if the text has none or fails before its end.
    /// </summary>
    private static Mark? FindOpenBracket(string yaml)
    {
        var open = new Stack<Mark>();
        var scanner = new Scanner(new StringReader(yaml));
        try
        {
            // So far into brackets, what is wrong lies before: the scanner gets slower with each.
            while (scanner.MoveNext() && open.Count <= DeepestBrackets)
            {
                if (scanner.Current is FlowSequenceStart or FlowMappingStart)
                {
                    open.Push(scanner.Current.Start);
                }
                else if (scanner.Current is FlowSequenceEnd or FlowMappingEnd)
                {
                    open.TryPop(out _);
                }
                else if (scanner.Current is Error)
                {
                    // The scanner repeats an error for ever.
                    return null;
                }
            }
        }
        catch (InvalidOperationException)
        {
            // The scanner gives up at a key of the block around an open bracket.
        }
        catch (Exception error) when (error is YamlException or ArgumentException)
        {
            return null;
        }

        return open.TryPeek(out Mark bracket) ? bracket : null;
    }

    /// <summary>File, line and column of a mark.</summary>
    public static string Place(Mark mark, string source) => $"{source}:{mark.Line}:{mark.Column}";
}
