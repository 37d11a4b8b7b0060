namespace PromptKD;

/// <summary>What kind of mistake a <see cref="PromptKDException"/> tells of, for programs that act on it.</summary>
public enum PromptKDError
{
    /// <summary>
    /// A setting, a file or a folder is not what is needed: damaged, of another shape, or contradicting another.
    /// </summary>
    BadInput,

    /// <summary>A picture is damaged, empty, beyond a limit, or no picture. Others can still be classified.</summary>
    BadPicture,

    /// <summary>A file or folder is not there.</summary>
    MissingFile,

    /// <summary>
    /// This machine or this build cannot do it: a device, a precision, an execution provider, a kind of picture, a
    /// model of a newer version; or a part that the program has to bring is not there.
    /// </summary>
    NotSupported,
}
