using System.CommandLine;
using System.CommandLine.Parsing;
using PromptKD.Cli.Commands;

namespace PromptKD.Tests.Cli;

/// <summary>Walks every option of every verb: odd values are refused while the command line is read.</summary>
public sealed class OptionRulesTests
{
    private static readonly string[] s_oddNumbers =
    [
        "", " ", "x", "1,5", "0x", "12 12", "NaN", "Infinity", "-Infinity", "1e400", "-1e400",
    ];

    private static readonly RootCommand s_root = Verbs.Create();

    private static readonly IReadOnlyDictionary<string, object> s_kinds =
        new PromptKD.Configuration.ExperimentConfig().Flatten();

    public static TheoryData<string, string> Options => [.. s_root.Subcommands.SelectMany(WithBelow).SelectMany(
        one => one.Command.Options.Where(TakesValue).Select(option => (one.Path, option.Name)))];

    public static TheoryData<string, string> Numbers => [.. s_root.Subcommands.SelectMany(WithBelow).SelectMany(
        one => one.Command.Options.Where(IsNumber).Select(option => (one.Path, option.Name)))];

    public static TheoryData<string, string> Devices => [.. s_root.Subcommands.SelectMany(WithBelow).SelectMany(
        one => one.Command.Options.Where(option => option.Name is "--device" or "--precision")
            .Select(option => (one.Path, option.Name)))];

    public static TheoryData<string> WithArguments => [.. s_root.Subcommands.SelectMany(WithBelow)
        .Where(one => one.Command.Arguments.Count > 0)
        .Select(one => one.Path)];

    [Theory]
    [MemberData(nameof(WithArguments))]
    public void A_misspelt_option_is_no_argument(string verb)
    {
        ParseResult parsed = s_root.Parse([.. verb.Split(' '), "--teachr"]);

        // Those of KEY VALUE have a rule of their own.
        Assert.Contains(
            "There is no command or option '--teachr'.",
            parsed.Errors.Select(one => one.Message).Append(OptionRules.FindMisspelt(parsed)));
    }

    [Theory]
    [MemberData(nameof(WithArguments))]
    public void What_stands_behind_two_dashes_alone_is_an_argument(string verb)
    {
        ParseResult parsed = s_root.Parse([.. verb.Split(' '), "--", "--teachr"]);

        Assert.Null(OptionRules.FindMisspelt(parsed));
        Assert.Contains("--teachr", parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(result => result.Tokens).Select(token => token.Value));
    }

    [Fact]
    public void There_are_options_of_each_kind()
    {
        Assert.InRange(Options.Count, 100, 1000);
        Assert.InRange(Numbers.Count, 30, 1000);
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void A_blank_value_is_refused_in_one_line(string verb, string option)
    {
        foreach (string blank in new[] { "", " ", "\t" })
        {
            string message = Refusal(verb, option, blank);

            Assert.StartsWith($"{option} is empty", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void An_option_that_takes_one_value_is_given_once(string verb, string option)
    {
        Option known = Find(verb).Options.Single(one => one.Name == option);
        if (known.Arity.MaximumNumberOfValues > 1)
        {
            return;
        }

        Assert.Equal($"{option} is given twice. Give it once.", Refusal(verb, option, "1", option, "1"));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void What_is_no_number_is_refused_under_the_name_of_the_option(string verb, string option)
    {
        foreach (string odd in s_oddNumbers)
        {
            string message = Refusal(verb, option, odd);

            Assert.StartsWith(option, message, StringComparison.Ordinal);
            Assert.DoesNotContain("System.", message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Theory]
    [InlineData("distill", "--lr", "nan")]
    [InlineData("distill", "--epochs", "1.5")]
    [InlineData("distill", "--batch-size", "-1")]
    [InlineData("distill", "--batch-size", "0")]
    [InlineData("distill", "--base", "-1")]
    [InlineData("distill", "--precision", "fp12")]
    [InlineData("distill", "--device", "gpu")]
    [InlineData("distill", "--prompt-depth", "-1")]
    [InlineData("distill", "--temperature", "0")]
    [InlineData("distill", "--views", "-1")]
    [InlineData("teach", "--memory", "-1")]
    [InlineData("predict", "--top", "0")]
    [InlineData("demo", "--pictures", "-1")]
    [InlineData("demo", "--seed", "99999999999")]
    [InlineData("distill", "--seed", "99999999999")]
    [InlineData("distill", "--lr", "1e400")]
    [InlineData("distill", "--kd-weight", "-1e400")]
    [InlineData("distill", "--shots", "-1")]
    [InlineData("probe", "--seeds", "99999999999")]
    [InlineData("probe", "--seeds", "0")]
    [InlineData("probe", "--seeds", "2147483647")]
    [InlineData("distill", "--epochs", "2147483647")]
    [InlineData("distill", "--batch-size", "2147483647")]
    [InlineData("features", "--views", "2147483647")]
    [InlineData("embed", "--perplexity", "1,5")]
    [InlineData("preview", "--recipe", "bes")]
    [InlineData("demo", "--recipe", "0")]
    [InlineData("predict", "--threshold", "1.01")]
    [InlineData("predict", "--threshold", "-0.1")]
    [InlineData("predict", "--format", "xml")]
    [InlineData("preview", "--sample", "-1")]
    [InlineData("evaluate", "--base", "-1")]
    [InlineData("embed", "--split", "all")]
    [InlineData("train", "--load-epoch", "0")]
    [InlineData("benchmark", "--shots", "-1")]
    [InlineData("check", "--tiny", "0")]
    [InlineData("interpret", "--nearest", "0")]
    public void A_value_out_of_range_is_refused_under_the_name_of_the_option(
        string verb, string option, string value) =>
        Assert.StartsWith(option, Refusal(verb, option, value), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Options))]
    public void A_default_is_said_once(string verb, string option)
    {
        Option known = Find(verb).Options.Single(one => one.Name == option);

        // The parser writes the value of its own behind the description.
        int said = known.Description!.Split("[default: ").Length - 1 + (known.HasDefaultValue ? 1 : 0);
        Assert.InRange(said, 0, 1);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_device_or_precision_of_no_kind_is_refused_by_every_verb(string verb, string option)
    {
        foreach (string odd in new[] { "gpu", "fp12", "cuda:", "cuda:-1", "cpu:0", "-1", "fp32,bf16", "<b>" })
        {
            Assert.StartsWith(option, Refusal(verb, option, odd), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("2024")]
    [InlineData("0x10")]
    [InlineData("None")]
    [InlineData("[a, b]")]
    [InlineData("'quoted'")]
    [InlineData(@"C:\new\folder")]
    [InlineData(@"it's a \")]
    [InlineData("1e400")]
    public void The_text_of_an_option_is_itself_and_no_literal(string folder)
    {
        ParseResult parsed = s_root.Parse(["distill", "--images", folder]);

        Assert.DoesNotContain(parsed.Errors, error => error.Message.StartsWith("--images", StringComparison.Ordinal));
        string[] pair = [.. SettingOptions.Images.ToOverride(parsed)];
        Assert.Equal(
            folder, new PromptKD.Configuration.ExperimentConfig().MergeOverrides(pair).Distill.Images);
    }

    [Theory]
    [InlineData("SEED is given twice. Give it once.", "SEED", "1", "SEED", "2")]
    [InlineData("A key is empty. Settings are pairs: KEY VALUE (is a variable of the shell not set?).", "", "2")]
    public void Keys_are_given_once_and_are_not_empty(string expected, params string[] pairs) =>
        Assert.Equal(expected, Refusal("features", ["--output", "x", .. pairs]));

    [Theory]
    [InlineData("train", "--root", "x", "SEED", "1", "OPTIM.LR", "0.1", "SEED", "2")]
    [InlineData("benchmark", "base2new", "--root", "x", "SEED", "1", "SEED", "2")]
    [InlineData("benchmark", "ablation", "loss", "--root", "x", "SEED", "1", "SEED", "2")]
    public void The_last_of_a_key_counts_where_the_command_line_is_that_of_the_family(
        string verb, params string[] given) =>
        Assert.Empty(s_root.Parse([verb, .. given]).Errors);

    private static string Refusal(string verb, params string[] arguments)
    {
        ParseResult parsed = s_root.Parse([.. verb.Split(' '), .. arguments]);
        string[] messages = [.. parsed.Errors.Select(error => OptionRules.Explain(error) ?? error.Message)];
        string option = arguments[0];
        return messages.FirstOrDefault(message => message.StartsWith(option, StringComparison.Ordinal))
            ?? messages.FirstOrDefault(message => !message.Contains("is required", StringComparison.Ordinal)
                && !message.StartsWith("Required argument", StringComparison.Ordinal))
            ?? $"nothing is refused, but: {string.Join(" ", messages)}";
    }

    private static Command Find(string verb) =>
        verb.Split(' ').Aggregate(
            (Command)s_root, (command, name) => command.Subcommands.Single(one => one.Name == name));

    private static IEnumerable<(string Path, Command Command)> WithBelow(Command command) =>
        command.Subcommands.SelectMany(WithBelow)
            .Select(below => ($"{command.Name} {below.Path}", below.Command))
            .Prepend((command.Name, command));

    private static bool TakesValue(Option option) =>
        option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);

    // A setting is a text to the parser; its default is shown as a number.
    private static bool IsNumber(Option option) =>
        option.ValueType == typeof(int) || option.ValueType == typeof(int?)
        || (option.ValueType == typeof(string) && option.HelpName is { } key && s_kinds.TryGetValue(
            key, out object? value)
            && value is int or double);
}
