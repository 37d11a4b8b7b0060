using System.Text.Json;
using Microsoft.VisualBasic.FileIO;

namespace PromptKD.Text.Names;

/// <summary>Takes a list of names apart: lines, JSON, or a table of one column.</summary>
internal static class ListParser
{
    private static readonly HashSet<string> s_headings = new(StringComparer.OrdinalIgnoreCase)
    {
        "class", "classes", "class name", "class names", "class_name", "class_names", "classname", "classnames", "name",
        "names", "label", "labels", "label name", "label_name", "category", "categories",
    };

    /// <summary>One name a line; blank lines are passed over.</summary>
    public static IReadOnlyList<ListedName> Lines(string path, string text)
    {
        var names = new List<ListedName>();
        using var reader = new StringReader(text);
        for (int line = 1; reader.ReadLine() is { } name; line++)
        {
            if (!string.IsNullOrWhiteSpace(name))
            {
                names.Add(new ListedName(name.Trim(' '), $"{path}:{line}"));
            }
        }

        return names;
    }

    /// <summary>A JSON list of texts. It is exact: a name may look like anything.</summary>
    /// <exception cref="PromptKDException">It is none.</exception>
    public static IReadOnlyList<ListedName> Json(string source, string text)
    {
        const string Expected = "Expected a list of texts, such as [\"cat\", \"dog\"]";
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                throw new PromptKDException($"{source}: JSON, but no list. {Expected}.");
            }

            var names = new List<ListedName>();
            foreach (JsonElement name in document.RootElement.EnumerateArray())
            {
                string place = $"{source}: name {names.Count + 1}";
                names.Add(name.ValueKind == JsonValueKind.String
                    ? new ListedName(name.GetString()!.Trim(' '), place)
                    : throw new PromptKDException($"{place} is {ListedName.Show(name.GetRawText())}. {Expected}."));
            }

            return names;
        }
        catch (JsonException error)
        {
            string line = error.LineNumber is { } number ? $"line {number + 1}" : "its end";
            throw new PromptKDException(
                $"{source}: begins like JSON, but is not ({line}). {Expected}, in double quotes.", error);
        }
        catch (InvalidOperationException error)
        {
            // Where an escape turns out to be half of a character.
            throw new PromptKDException($"{source}: a name has half of a character. Write it anew, in UTF-8.", error);
        }
    }

    /// <summary>
    /// A table of one column, with or without a heading; Excel's separators and quotes are understood.
    /// </summary>
    /// <exception cref="PromptKDException">It has more columns, or a quote is not closed.</exception>
    public static IReadOnlyList<ListedName> Csv(string path, string text, Action<string> warn)
    {
        var names = new List<ListedName>();
        using var parser = new TextFieldParser(new StringReader(text))
        {
            Delimiters = [",", ";", "\t"],
            HasFieldsEnclosedInQuotes = true,
            TrimWhiteSpace = true,
        };
        try
        {
            while (!parser.EndOfData)
            {
                string place = $"{path}:{parser.LineNumber}";
                string[] cells = parser.ReadFields() ?? [];
                names.Add(cells.Length == 1 ? new ListedName(cells[0], place) : throw new PromptKDException(
                    $"{place} has {cells.Length} columns: {string.Join(", ", cells.Take(4).Select(ListedName.Show))}. "
                    + "Keep the column of the class names alone, and put names with a comma or semicolon into double "
                    + "quotes."));
            }
        }
        catch (MalformedLineException error)
        {
            throw new PromptKDException(
                $"{path}:{parser.ErrorLineNumber}: its double quotes do not match. A quote within a name is written "
                + "twice.",
                error);
        }

        if (names.Count > 0 && IsHeading(names[0]))
        {
            warn($"{names[0].Place}: {names[0].Shown} is taken for the column's heading, not for a class");
            names.RemoveAt(0);
        }

        return names;
    }

    /// <summary>Whether a name is what columns of class names are called.</summary>
    public static bool IsHeading(ListedName name) => s_headings.Contains(name.Text);
}
