using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace PromptKD.Cli.Commands;

/// <summary>
/// What the value of any option has to be, in one place: none is blank, as an unset variable of a shell makes it;
/// numbers are numbers; and a folder to write is no file.
/// </summary>
internal static class OptionRules
{
    /// <summary>What the help calls a value that is a file.</summary>
    public const string AFile = "FILE";

    /// <summary>What the help calls a value that is a file or a folder, as other options say.</summary>
    public const string AFileOrFolder = "DIR|FILE";

    private static readonly CultureInfo s_invariant = CultureInfo.InvariantCulture;
    private static readonly string[] s_outputs = ["--output", "--output-dir", "--sort-into"];

    /// <summary>Adds the rules to all options and arguments of a command, and of the commands below it.</summary>
    public static void Add(Command command)
    {
        foreach (Option option in command.Options)
        {
            option.Validators.Add(result => Check(option.Name, result));
            option.Validators.Add(result => CheckValues(option, result));
            if (option.HelpName == AFile)
            {
                option.Validators.Add(result => RefuseFolder(option.Name, result));
            }
            else if (s_outputs.Contains(option.Name) && option.HelpName != AFileOrFolder)
            {
                option.Validators.Add(result => RefuseFile(option.Name, result));
            }
        }

        // KEY VALUE has rules of its own: an empty text is a value there.
        foreach (Argument argument in command.Arguments.Where(one => one.Name != SettingOptions.OverridesName))
        {
            argument.Validators.Add(result => Check(argument.Name, result));
        }

        OutputPlaces.Add(command);
        foreach (Command child in command.Subcommands)
        {
            Add(child);
        }
    }

    /// <summary>The mistake of a command line in our words; null where the parser's are good.</summary>
    /// <remarks>It names .NET's types, and asks for one argument where an option is there twice.</remarks>
    public static string? Explain(ParseError error) => error.SymbolResult switch
    {
        OptionResult { Option: var option, Tokens: var tokens } when IsNumber(option.ValueType)
            && tokens.FirstOrDefault(token => !string.IsNullOrWhiteSpace(token.Value) && !IsWhole(token.Value))
                is { } wrong =>
            $"{option.Name} is '{wrong.Value}', expected a whole number.",
        OptionResult { Option: { ValueType: var type } option, Tokens: [{ Value: var wrong }] }
            when type == typeof(double?)
            && !string.IsNullOrWhiteSpace(wrong) && !double.TryParse(wrong, s_invariant, out _) =>
            $"{option.Name} is '{wrong}', expected a number.",
        OptionResult { Option: var option, IdentifierTokenCount: > 1 } when option.Arity.MaximumNumberOfValues == 1 =>
            $"{option.Name} is given twice. Give it once.",
        _ => null,
    };

    /// <summary>
    /// The mistake where an argument took a misspelt option for one of its words: for a picture, or for a class to be
    /// added. Null where there is none: what stands behind <c>--</c> is meant as it is.
    /// </summary>
    public static string? FindMisspelt(ParseResult parsed)
    {
        var literal = new HashSet<Token>(
            parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash), ReferenceEqualityComparer.Instance);
        Token? unknown = parsed.CommandResult.Children.OfType<ArgumentResult>()
            .Where(result => result.Argument.Name != SettingOptions.OverridesName)
            .SelectMany(result => result.Tokens)
            .FirstOrDefault(token =>
                token.Value.StartsWith("--", StringComparison.Ordinal) && !literal.Contains(token));
        return unknown is null ? null : $"There is no command or option '{unknown.Value}'.";
    }

    /// <summary>Whether an option takes a whole number.</summary>
    public static bool IsNumber(Type type) => type == typeof(int) || type == typeof(int?);

    private static void Check(string name, SymbolResult result)
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
        {
            result.AddError(
                $"{name} is empty. Give it a value, or leave it out (is a variable of the shell not set?).");
        }
    }

    private static void CheckValues(Option option, OptionResult result)
    {
        foreach (Token token in result.Tokens.Where(token => !string.IsNullOrWhiteSpace(token.Value)))
        {
            if (OptionValues.FindMistake(option, token.Value) is { } mistake)
            {
                result.AddError(mistake);
            }
        }
    }

    private static void RefuseFile(string name, OptionResult result)
    {
        if (result.Tokens.FirstOrDefault(token => File.Exists(token.Value)) is { } file)
        {
            result.AddError($"{name} is '{file.Value}', a file. Give a folder, which may be new.");
        }
    }

    private static void RefuseFolder(string name, OptionResult result)
    {
        if (result.Tokens.FirstOrDefault(token => Directory.Exists(token.Value)) is { } folder)
        {
            result.AddError($"{name} is '{folder.Value}', a folder. Give a file.");
        }
    }

    private static bool IsWhole(string text) => int.TryParse(
        text, NumberStyles.AllowLeadingSign, s_invariant, out _);
}
