using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PromptKD.Configuration;

/// <summary>
/// What a YAML scalar means to Dassl's programs: first YAML 1.1, as PyYAML reads it (yes is True, 010 is 8),
/// then, where that leaves text, a Python literal (so that 1e-5, which YAML 1.1 holds for text, is a number).
/// </summary>
internal static partial class YamlScalar
{
    private const string TextTag = YamlBudget.YamlOwn + "str";

    // Say what is read anyway, in quotes, too.
    private static readonly string[] s_plainTags =
    [
        .. new[] { "int", "float", "bool", "null" }.Select(kind => YamlBudget.YamlOwn + kind),
    ];

    /// <summary>Whether a tag is one of what a scalar can be.</summary>
    public static bool IsKnown(TagName tag) => tag.Value == TextTag || s_plainTags.Contains(tag.Value);

    /// <summary>The scalar as <see cref="ConfigValue"/> describes what was read.</summary>
    /// <param name="scalar">The node.</param>
    /// <param name="textWanted">Whether quotes mean text, whatever they hold, and not a literal within quotes.</param>
    public static object? Read(YamlScalarNode scalar, bool textWanted)
    {
        string text = scalar.Value ?? "";
        bool isPlain = scalar.Tag.IsEmpty ? scalar.Style == ScalarStyle.Plain
            : !scalar.Tag.IsNonSpecific && s_plainTags.Contains(scalar.Tag.Value);
        if (!isPlain)
        {
            return !textWanted && PythonLiteral.TryParse(text, out object? inQuotes) ? inQuotes : text;
        }

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
            "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
            ".nan" or ".NaN" or ".NAN" => double.NaN,
            _ when Infinity().IsMatch(text) => text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity,
            _ when Octal().IsMatch(text) => WholeNumber.Parse(Octal().Replace(WithoutUnderscores(text), "${sign}0o")),
            _ when Number().IsMatch(text) => ReadNumber(WithoutUnderscores(text)),
            _ => PythonLiteral.TryParse(text, out object? literal) ? literal : text,
        };
    }

    private static object ReadNumber(string digits) =>
        digits.Contains('.') && !digits.Contains('x')
            ? double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture)
            : WholeNumber.Parse(digits);

    private static string WithoutUnderscores(string digits) => digits.Replace("_", "", StringComparison.Ordinal);

    [GeneratedRegex(@"^[-+]?\.(?:inf|Inf|INF)\z")]
    private static partial Regex Infinity();

    /// <summary>The sign and leading 0 of a number in base 8.</summary>
    [GeneratedRegex(@"^(?<sign>[-+]?)0_*(?=[0-7][0-7_]*\z)")]
    private static partial Regex Octal();

    /// <summary>
    /// YAML 1.1's other numbers. Underscores may stand anywhere; an exponent needs a point and a sign.
    /// </summary>
    [GeneratedRegex(
        """
        ^[-+]? (?:
            (?: [0-9][0-9_]*\.[0-9_]* | \.[0-9][0-9_]* ) (?: [eE][-+][0-9]+ )?
          | 0 | [1-9][0-9_]*
          | 0b_*[01][01_]* | 0x_*[0-9a-fA-F][0-9a-fA-F_]*
        )\z
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Number();
}
