namespace PromptKD.Data.Shards;

/// <summary>What a member of a tar archive is.</summary>
internal enum TarMemberKind
{
    /// <summary>A file whose bytes lie in the archive as they are.</summary>
    File,

    /// <summary>
    /// A file that was packed without its holes: its bytes do not lie in the archive one after another.
    /// </summary>
    Sparse,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link, a device, a part of a file that began in another archive, and the like.</summary>
    Other,
}

/// <summary>One member of a tar archive.</summary>
/// <param name="Name">Its path as the archive has it. It tells members apart, and is never opened.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Offset">Where its bytes begin in the archive.</param>
/// <param name="Length">How many there are; all of them lie in the archive.</param>
internal sealed record TarMember(string Name, TarMemberKind Kind, long Offset, long Length);
