using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PromptKD.Runtime;

/// <summary>Waits until a file is on its disk, and says where that fails.</summary>
/// <remarks>
/// A disk that is full or fails may say so only here: over a network, under a quota, and wherever blocks are given out
/// late. Outside of Windows .NET 10 passes over it: its call of fsync answers 1 for a failure, and below 0 is looked
/// for.
/// </remarks>
internal static partial class DiskFlush
{
    private const int Interrupted = 4; // EINTR

    // EINVAL, EROFS, ENOSYS, and ENOTSUP of Linux and of macOS: this kind of file system cannot be waited for.
    private static readonly int[] s_cannotTell = [22, 30, 38, 45, 95];

    /// <summary>Writes out what the stream holds, down to the disk.</summary>
    /// <exception cref="IOException">It did not get there.</exception>
    public static void Run(FileStream stream)
    {
        stream.Flush();
        if (!OperatingSystem.IsWindows())
        {
            Run(stream.SafeFileHandle);
        }

        if (!OperatingSystem.IsLinux())
        {
            stream.Flush(flushToDisk: true); // macOS has a second, stronger way, which .NET takes.
        }
    }

    /// <summary>As above, of an open file that keeps nothing back; outside of Windows.</summary>
    /// <exception cref="IOException">It did not get there.</exception>
    internal static void Run(SafeFileHandle file)
    {
        int fault;
        do
        {
            fault = Synchronize(file) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (fault == Interrupted);

        if (fault != 0 && !s_cannotTell.Contains(fault))
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(fault), fault);
        }
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Synchronize(SafeFileHandle file);
}
