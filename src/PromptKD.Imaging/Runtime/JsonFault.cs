using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PromptKD.Runtime;

/// <summary>Says in the file's own words what is wrong with JSON: the serializer names .NET's types.</summary>
internal static partial class JsonFault
{
    /// <summary>What is wrong, without a full stop.</summary>
    /// <param name="error">What reading it threw.</param>
    public static string Describe(Exception error)
    {
        string message = Place().Replace(error.Message.ReplaceLineEndings(" "), "").TrimEnd(' ', '.');
        if (error is not JsonException { Path: var path, LineNumber: var line })
        {
            return message;
        }

        if (Missing().Match(message) is { Success: true } missing)
        {
            string names = string.Join(
                ", ", Quoted().Matches(missing.Groups["names"].Value).Select(one => one.Groups[1].Value));
            return path is null or "$" ? $"it lacks {names}" : $"{path} lacks {names}";
        }

        string where = line is { } row ? string.Create(CultureInfo.InvariantCulture, $", line {row + 1}") : "";
        return message switch
        {
            _ when Duplicate().Match(message) is { Success: true } twice =>
                $"{twice.Groups["name"].Value} stands there twice{where}",
            _ when path is "$" && Converted().IsMatch(message) => "it is no object of names and values",
            _ when Converted().IsMatch(message) => $"{path} is no value that belongs there{where}",
            _ when Null().Match(message) is { Success: true } empty =>
                $"{path ?? empty.Groups["name"].Value} is null where a value belongs{where}",
            _ => $"{message}{(path is null or "$" ? "" : $", at {path}")}{where}",
        };
    }

    [GeneratedRegex(@" Path: \S+ \| LineNumber: .*$")]
    private static partial Regex Place();

    [GeneratedRegex("was missing required properties including: (?<names>.*)")]
    private static partial Regex Missing();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();

    [GeneratedRegex("^Duplicate property '(?<name>[^']*)'")]
    private static partial Regex Duplicate();

    [GeneratedRegex("^The JSON value could not be converted to ")]
    private static partial Regex Converted();

    [GeneratedRegex("(property or field|constructor parameter) '(?<name>[^']*)'.* null values")]
    private static partial Regex Null();
}
