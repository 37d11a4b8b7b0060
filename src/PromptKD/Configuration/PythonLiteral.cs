using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace PromptKD.Configuration;

/// <summary>
/// Reads Python's literals as far as settings need them: numbers, texts, True, False, None, lists and tuples.
/// Dassl's programs evaluate every value so, hence <c>(224, 224)</c> and <c>1e-5</c> in their files.
/// </summary>
internal sealed partial class PythonLiteral
{
    private const int DeepestNesting = 32;

    private readonly string _text;
    private int _position;

    private PythonLiteral(string text) => _text = text;

    /// <summary>Evaluates a text that is one literal.</summary>
    /// <param name="text">The text, with or without spaces around the literal.</param>
    /// <param name="value">Null, a bool, a <see cref="BigInteger"/>, a double, a string, or a list of such.</param>
    /// <returns>False where the text is anything else; it then stands for itself.</returns>
    public static bool TryParse(string text, out object? value)
    {
        var reader = new PythonLiteral(text);
        return reader.TryReadItems(end: null, depth: 0, out value) && reader._position == text.Length;
    }

    /// <summary>Whether a text is the literal None.</summary>
    public static bool IsNone(string text) => TryParse(text, out object? value) && value is null;

    /// <summary>A value, or several with commas between them, up to a closing bracket or the end of the text.</summary>
    /// <param name="end">The closing bracket, or null for the end of the text.</param>
    /// <param name="depth">Brackets that are open.</param>
    /// <param name="value">One value, or the list of all: a single one needs a comma, except in [].</param>
    private bool TryReadItems(char? end, int depth, out object? value)
    {
        var items = new List<object?>();
        bool comma = false;
        value = items;
        SkipSpaces();
        while (!AtEnd(end))
        {
            if ((items.Count > 0 && !comma) || !TryReadValue(depth, out object? item))
            {
                return false;
            }

            items.Add(item);
            SkipSpaces();
            comma = TryRead(',');
            SkipSpaces();
        }

        if (items.Count == 1 && !comma && end != ']')
        {
            value = items[0];
        }

        // Nothing at all is no literal; an empty pair of brackets is an empty list.
        return end is null ? items.Count > 0 : TryRead(end.Value);
    }

    private bool TryReadValue(int depth, out object? value)
    {
        value = null;
        if (depth < DeepestNesting && TryRead('('))
        {
            return TryReadItems(')', depth + 1, out value);
        }

        if (depth < DeepestNesting && TryRead('['))
        {
            return TryReadItems(']', depth + 1, out value);
        }

        Match token = Token().Match(_text, _position);
        _position += token.Length;
        return token.Success && TryEvaluate(token, out value);
    }

    private static bool TryEvaluate(Match token, out object? value)
    {
        string digits = token.Value.Replace("_", "", StringComparison.Ordinal);
        value = token switch
        {
            _ when token.Groups["word"].Success => token.Value switch { "True" => true, "False" => false, _ => null },
            _ when token.Groups["text"].Success => Unescape(token.Groups["text"].Value),
            _ when token.Groups["float"].Success =>
                double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture),
            _ => WholeNumber.Parse(digits),
        };
        return true;
    }

    private static string Unescape(string quoted) =>
        EscapeSequence().Replace(quoted[1..^1], escape => escape.Value[1] switch
        {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            '\\' or '\'' or '"' => escape.Value[1..],
            'x' or 'u' => ((char)int.Parse(escape.Value[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture))
                .ToString(),
            _ => escape.Value,
        });

    private bool AtEnd(char? end) => _position == _text.Length || _text[_position] == end;

    private bool TryRead(char expected)
    {
        bool found = _position < _text.Length && _text[_position] == expected;
        _position += found ? 1 : 0;
        return found;
    }

    private void SkipSpaces()
    {
        while (_position < _text.Length && _text[_position] is ' ' or '\t' or '\n' or '\r')
        {
            _position++;
        }
    }

    /// <summary>One literal without brackets. What follows it must not continue a name or a number.</summary>
    [GeneratedRegex(
        """
        \G(?:
            (?<word> True | False | None )
          | (?<text> '(?:[^'\\\n] | \\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^xu\n]))*' )
          | (?<text> "(?:[^"\\\n] | \\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^xu\n]))*" )
          | [+-]? (?:
                (?<float> (?= \.?[0-9] ) (?= [0-9_]*[.eE] )
                    (?:[0-9](?:_?[0-9])*)? (?:\.(?:[0-9](?:_?[0-9])*)?)? (?:[eE][+-]?[0-9](?:_?[0-9])*)? )
              | 0[xX](?:_?[0-9a-fA-F])+ | 0[oO](?:_?[0-7])+ | 0[bB](?:_?[01])+
              | [1-9](?:_?[0-9])* | 0(?:_?0)*
            )
        )(?![\w.])
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Token();

    [GeneratedRegex(@"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", RegexOptions.Singleline)]
    private static partial Regex EscapeSequence();
}
