using System.Runtime.InteropServices;

namespace PromptKD.Runtime;

/// <summary>Renames as Linux can, in one step where other systems take two.</summary>
internal static partial class AtomicRename
{
    private const int CurrentFolder = -100; // AT_FDCWD: relative paths count from there.
    private const int Exists = 17; // EEXIST
    private const uint NoReplace = 1; // RENAME_NOREPLACE
    private const uint Exchange = 2; // RENAME_EXCHANGE

    /// <summary>Lets two files or folders swap their names.</summary>
    /// <returns>False where the system cannot; nothing has happened then.</returns>
    public static bool TryExchange(string first, string second) => Try(first, second, Exchange) == 0;

    /// <summary>Gives a file a name, if that is free.</summary>
    /// <returns>Whether it was free; null where the system cannot tell in one step, and nothing has happened.</returns>
    public static bool? TryTake(string file, string name) => Try(file, name, NoReplace) switch
    {
        0 => true,
        Exists => false,
        _ => null,
    };

    // The error's number; 0 where it is done, −1 where there is no such call.
    private static int Try(string from, string to, uint flags)
    {
        try
        {
            return !OperatingSystem.IsLinux() ? -1
                : Rename(CurrentFolder, from, CurrentFolder, to, flags) == 0 ? 0
                : Marshal.GetLastPInvokeError();
        }
        catch (EntryPointNotFoundException)
        {
            return -1;
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Rename(int oldFolder, string oldPath, int newFolder, string newPath, uint flags);
}
