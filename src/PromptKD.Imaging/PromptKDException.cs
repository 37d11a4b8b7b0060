using PromptKD.Runtime;

namespace PromptKD;

/// <summary>
/// A mistake the user can fix: a wrong setting, a missing file, a checkpoint of another shape.
/// The program prints its message and exits with code 2. Any other exception is a bug in PromptKD, but for those of
/// wrong arguments, of disposed objects and of cancellation.
/// </summary>
/// <param name="message">
/// One line: what is wrong, where, what was expected and found, what to do. Names that others wrote may stand in it as
/// they are: what would break the line or steer a terminal is escaped.
/// </param>
/// <param name="innerException">What was caught, if anything.</param>
public sealed class PromptKDException(string message, Exception? innerException = null)
    : Exception(Printable.Line(SettingNames.Name(message, SettingNames.PropertyOf)), innerException)
{
    /// <summary>What kind of mistake it is.</summary>
    public PromptKDError Code { get; init; }

    /// <summary>
    /// The message, with settings under the names that a program has for them: <see cref="Exception.Message"/> names
    /// properties.
    /// </summary>
    /// <param name="nameOf">
    /// Gets the setting's words, as "batch-size", and says what to call it, as "--batch-size"; or a command of the
    /// program <c>promptkd</c>, as "promptkd datasets list".
    /// </param>
    public string Describe(Func<string, string> nameOf) => Printable.Line(SettingNames.Name(Marked, nameOf));

    /// <summary>With the settings marked, as the code has it: for a message that holds this one.</summary>
    internal string Marked { get; } = message;

    /// <summary>
    /// With the settings in plain words, for what programs and users of the library hear alike: a warning.
    /// </summary>
    internal string InWords => Describe(SettingNames.WordsOf);
}
