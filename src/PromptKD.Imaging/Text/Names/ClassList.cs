namespace PromptKD.Text.Names;

/// <summary>
/// Class names as a user gives them, read in one place for every verb. What cannot be a list of names is refused, with
/// the line and what to do.
/// </summary>
public static class ClassList
{
    private const string Forms = "a file of names, one a line, or a list such as cat,dog";

    // What files of names, or files that are taken for some, are called.
    private static readonly string[] s_fileEndings =
    [
        ".txt", ".csv", ".tsv", ".json", ".jsonl", ".yaml", ".yml", ".names", ".list", ".lst", ".md", ".xls", ".xlsx",
        ".ods", ".doc", ".docx", ".pdf",
    ];

    /// <summary>Reads a list.</summary>
    /// <param name="given">
    /// A file, or the names themselves, separated by commas or as a JSON list. A file is a text with one name a line
    /// (blank lines are passed over), a JSON list of texts, or, if it ends in .csv, a table of one column.
    /// </param>
    /// <param name="warn">Is told what may be meant and is odd; null for nobody.</param>
    /// <returns>The names, in label order.</returns>
    /// <exception cref="PromptKDException">
    /// A file is meant but not there or not readable; or this is no list of two or more different names.
    /// </exception>
    public static IReadOnlyList<string> Read(string given, Action<string>? warn = null)
    {
        ArgumentNullException.ThrowIfNull(given);
        if (string.IsNullOrWhiteSpace(given))
        {
            throw new PromptKDException($"The list of class names is empty. Give {Forms}.");
        }

        Action<string> told = warn ?? (_ => { });
        IReadOnlyList<ListedName> names = File.Exists(given) ? ReadFile(given, told) : ReadWords(given);
        ClassNameRules.Check(names);
        if (ClassNameRules.DescribeCodes(names) is { } warning)
        {
            told(warning);
        }

        return [.. names.Select(name => name.Text)];
    }

    private static IReadOnlyList<ListedName> ReadFile(string path, Action<string> warn)
    {
        if (HasEnding(path, ".yaml") || HasEnding(path, ".yml"))
        {
            throw new PromptKDException(
                $"{path} is YAML by its name, which class names are not read from. Give a file of names, one a line, a "
                + "JSON list, or a .csv of one column.");
        }

        string text = ListText.Read(path);
        bool isJson = HasEnding(path, ".json") || text.AsSpan().TrimStart() is ['[' or '{', ..];
        IReadOnlyList<ListedName> names = isJson ? ListParser.Json(path, text)
            : HasEnding(path, ".csv") ? ListParser.Csv(path, text, warn)
            : ListParser.Lines(path, text);
        if (!isJson)
        {
            LineRules.Check(path, names, HasEnding(path, ".csv"), warn);
        }

        return names.Count >= ClassNameRules.Fewest ? names : throw new PromptKDException(
            $"{path} holds {(names.Count == 0 ? "no class name" : $"one class name, {names[0].Shown}")}, but pictures "
            + $"are told apart by {ClassNameRules.Fewest} or more. Give {Forms}.");
    }

    private static IReadOnlyList<ListedName> ReadWords(string given)
    {
        if (given.AsSpan().TrimStart() is ['[', ..])
        {
            return RequireTwo(given, ListParser.Json("the list of class names", given));
        }

        bool hasComma = given.Contains(',', StringComparison.Ordinal);
        if (LooksLikePath(given) || (!hasComma && Directory.Exists(given)))
        {
            throw NoFile(given);
        }

        string[] words = given.Split(',', StringSplitOptions.TrimEntries);
        return RequireTwo(given, [.. words.Select((word, index) =>
            new ListedName(word, $"Class name {index + 1} of {words.Length}"))]);
    }

    private static IReadOnlyList<ListedName> RequireTwo(string given, IReadOnlyList<ListedName> names)
    {
        if (names.Count >= ClassNameRules.Fewest)
        {
            return names;
        }

        char separator = given.FirstOrDefault(letter => letter is ';' or '|' or '\t' or '\n');
        string shown = ListedName.Show(given);
        throw new PromptKDException(separator switch
        {
            '\0' => $"{shown} is one class name, and no file of that name is there. Give {Forms}: "
                + $"{ClassNameRules.Fewest} names or more.",
            '\n' => $"{shown} has line breaks. Separate names by commas, or give the file itself.",
            '\t' => $"{shown} is separated by tabs. Separate names by commas.",
            _ => $"{shown} is separated by '{separator}'. Separate names by commas.",
        });
    }

    // With a comma, names may have a slash, as AC/DC has; a path begins or ends like one.
    private static bool LooksLikePath(string given) =>
        s_fileEndings.Any(ending => HasEnding(given, ending))
        || given.StartsWith("./", StringComparison.Ordinal) || given.StartsWith("../", StringComparison.Ordinal)
        || given.StartsWith("~/", StringComparison.Ordinal) || Path.IsPathRooted(given)
        || (!given.Contains(',', StringComparison.Ordinal)
            && given.AsSpan().ContainsAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar));

    private static PromptKDException NoFile(string given)
    {
        if (Directory.Exists(given))
        {
            return new($"'{given}' is a folder, not a list of class names. Give {Forms}.");
        }

        string folder = Path.GetDirectoryName(given) is { Length: > 0 } parent ? parent : ".";
        string? nearest = Directory.Exists(folder)
            ? NearestName.CloseTo(Path.GetFileName(given), FolderNames(folder))
            : null;
        return new(
            $"No file of class names at '{given}'."
            + (nearest is null
                ? $" Give {Forms}."
                : $" The nearest is '{Path.Combine(Path.GetDirectoryName(given)!, nearest)}'."));
    }

    private static string[] FolderNames(string folder)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(folder)
                    .Select(path => Path.GetFileName(path))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool HasEnding(string path, string ending) =>
        path.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
}
