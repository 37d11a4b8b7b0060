namespace PromptKD.Cli.Commands;

/// <summary>What messages of the library call settings and commands in the program.</summary>
internal static class OptionNames
{
    private const string OfACommand = "promptkd ";

    /// <summary>A setting as its option, and a command as it is typed.</summary>
    /// <param name="setting">As <see cref="PromptKDException.Describe"/> hands it out.</param>
    public static string Of(string setting) =>
        setting.StartsWith(OfACommand, StringComparison.Ordinal) ? setting : $"--{setting}";
}
