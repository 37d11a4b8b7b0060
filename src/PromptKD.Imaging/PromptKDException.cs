using PromptKD.Runtime;

namespace PromptKD;

/// <summary>
/// A mistake the user can fix: a wrong setting, a missing file, a checkpoint of another shape.
/// The program prints its message and exits with code 2. Any other exception is a bug in PromptKD, but for those of wrong
/// arguments, of disposed objects and of cancellation.
/// </summary>
/// <param name="message">
/// One line: what is wrong, where, what was expected and found, what to do. Names that others wrote may stand in it as
/// they are: <see cref="Printable.Line"/> is applied to all of it.
/// </param>
/// <param name="innerException">What was caught, if anything.</param>
public sealed class PromptKDException(string message, Exception? innerException = null)
    : Exception(Printable.Line(message), innerException)
{
    /// <summary>What kind of mistake it is.</summary>
    public PromptKDError Code { get; init; }
}
