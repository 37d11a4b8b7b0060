using System.Globalization;

namespace PromptKD.Cli.Commands;

/// <summary>Words as Python prints a list of them: logs have them so, and settings are evaluated so.</summary>
internal static class PythonTexts
{
    /// <summary>Python's <c>repr</c> of a list of texts.</summary>
    /// <param name="words">In any letters; unpaired surrogates excepted.</param>
    public static string List(IEnumerable<string> words) => $"[{string.Join(", ", words.Select(Quote))}]";

    // Double quotes stand only around a text that has single ones and no double ones.
    private static string Quote(string word)
    {
        char quote = word.Contains('\'') && !word.Contains('"') ? '"' : '\'';
        return quote + string.Concat(word.Select(letter => Escape(letter, quote))) + quote;
    }

    private static string Escape(char letter, char quote) => letter switch
    {
        '\\' => @"\\",
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        _ when letter == quote => $@"\{letter}",
        _ when char.IsControl(letter) => string.Create(CultureInfo.InvariantCulture, $@"\x{(int)letter:x2}"),
        _ => letter.ToString(),
    };
}
