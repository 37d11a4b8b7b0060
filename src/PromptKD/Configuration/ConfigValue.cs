using System.Globalization;
using System.Numerics;

namespace PromptKD.Configuration;

/// <summary>
/// The types that a setting can have, and how what was read becomes one of them. What was read is null, a bool,
/// a <see cref="BigInteger"/>, a double, a string, or a list of such (<c>IReadOnlyList&lt;object?&gt;</c>).
/// </summary>
internal static class ConfigValue
{
    /// <summary>Type of a setting, and what completes the sentence "KEY must be …".</summary>
    private static readonly Dictionary<Type, string> s_types = new()
    {
        [typeof(bool)] = "True or False",
        [typeof(int)] = "a whole number",
        [typeof(double)] = "a number",
        [typeof(string)] = "text",
        [typeof(ValueList<int>)] = "a list of whole numbers",
        [typeof(ValueList<double>)] = "a list of numbers",
        [typeof(ValueList<string>)] = "a list of texts",
    };

    /// <summary>Whether a setting can have this type; any other type is a section.</summary>
    public static bool IsValue(Type type) => s_types.ContainsKey(type);

    /// <summary>What a type asks for, in words.</summary>
    public static string Describe(Type type) => s_types[type];

    /// <summary>What was read, as a value of a type, or null where it is not one.</summary>
    /// <remarks>
    /// As strict as Dassl's programs, with one exception: a whole number is a number too (KD_WEIGHT 200). And
    /// one addition: they do not look at the elements of a list.
    /// </remarks>
    public static object? Convert(object? read, Type type) => (read, type) switch
    {
        (bool truth, _) when type == typeof(bool) => truth,
        (BigInteger whole, _) when type == typeof(int) => int.MinValue <= whole && whole <= int.MaxValue
            ? (int)whole
            : null,
        (BigInteger whole, _) when type == typeof(double) => (double)whole,
        (double number, _) when type == typeof(double) => number,
        (string text, _) when type == typeof(string) => text,
        (IReadOnlyList<object?> items, _) when type == typeof(ValueList<int>) => ConvertList<int>(items),
        (IReadOnlyList<object?> items, _) when type == typeof(ValueList<double>) => ConvertList<double>(items),
        (IReadOnlyList<object?> items, _) when type == typeof(ValueList<string>) => ConvertList<string>(items),
        _ => null,
    };

    /// <summary>A value as a configuration file writes it; also shows what was read.</summary>
    public static string Show(object? value) => value switch
    {
        null => "nothing",
        bool truth => truth ? "True" : "False",
        string text => Quote(text),
        double number => ShowNumber(number),
        IReadOnlyList<object?> read => $"[{string.Join(", ", read.Select(Show))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    /// <summary>The numbers of a setting: itself, or its elements.</summary>
    public static IEnumerable<double> NumbersOf(object value) => value switch
    {
        int whole => [whole],
        double number => [number],
        IEnumerable<int> wholes => wholes.Select(whole => (double)whole),
        IEnumerable<double> numbers => numbers,
        _ => throw new ArgumentException($"A {value.GetType().Name} has no numbers.", nameof(value)),
    };

    /// <summary>Whether a value of a setting is infinite or no number at all, or has such an element.</summary>
    public static bool IsWild(object value) => value switch
    {
        double number => !double.IsFinite(number),
        IEnumerable<double> numbers => !numbers.All(double.IsFinite),
        _ => false,
    };

    private static ValueList<T>? ConvertList<T>(IReadOnlyList<object?> items)
    {
        object?[] converted = [.. items.Select(item => Convert(item, typeof(T)))];
        return converted.Contains(null) ? null : [.. converted.Cast<T>()];
    }

    /// <summary>The shortest digits that give the number again, never those of a whole number.</summary>
    private static string ShowNumber(double number)
    {
        string digits = number.ToString("R", CultureInfo.InvariantCulture);
        return number switch
        {
            double.NaN => ".nan",
            double.PositiveInfinity => ".inf",
            double.NegativeInfinity => "-.inf",
            _ => digits.Contains('E') ? digits.ToLowerInvariant() : digits.Contains('.') ? digits : digits + ".0",
        };
    }

    /// <summary>A double-quoted YAML scalar.</summary>
    private static string Quote(string text) => $"\"{string.Concat(text.Select(Escape))}\"";

    private static string Escape(char letter) => letter switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\t' => "\\t",
        // Controls, and what YAML counts as line breaks, spaces or no character at all.
        < ' ' or (>= '\u007f' and <= '\u00a0') or '\u2028' or '\u2029' or '\ufeff' or >= '\ufffe' =>
            $"\\u{(int)letter:x4}",
        _ => letter.ToString(),
    };
}
