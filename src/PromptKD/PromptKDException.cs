namespace PromptKD;

/// <summary>
/// A mistake the user can fix: a wrong setting, a missing file, a checkpoint of another shape.
/// The program prints its message and exits with code 2. Any other exception is a bug in PromptKD.
/// </summary>
/// <param name="message">One line: what is wrong, where, what was expected and found, what to do.</param>
/// <param name="innerException">What was caught, if anything.</param>
public sealed class PromptKDException(string message, Exception? innerException = null)
    : Exception(message, innerException);
