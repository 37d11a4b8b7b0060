using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text;

namespace PromptKD.Runtime;

/// <summary>
/// Lets TorchSharp's native library load on Linux systems whose C++ library is older than the one it was linked
/// with (Debian 12, Ubuntu 22.04). It asks for one symbol version, GLIBCXX_3.4.32, that no relocation uses; marked
/// weak, the dynamic linker no longer insists on it. The bytes are changed in memory only, never on disk.
/// </summary>
internal static partial class LibTorchLoader
{
    private const string BridgeFile = "libLibTorchSharp.so";
    private const string UnusedVersion = "GLIBCXX_3.4.32";

    /// <summary>Registers the fallback. It is asked only after the runtime's own probing has failed.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Must run before TorchSharp's first call in any program.")]
    internal static void Register()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // Of the context that we are in: in a host with plug-ins it is not the default one.
        AssemblyLoadContext.GetLoadContext(typeof(LibTorchLoader).Assembly)!.ResolvingUnmanagedDll += (_, name) =>
            name is "LibTorchSharp" or BridgeFile ? LoadBridge() : IntPtr.Zero;
    }

    private static nint LoadBridge()
    {
        string? bridge = Find(BridgeFile);
        string? libtorch = Find("libtorch.so");
        if (bridge is null || libtorch is null || !NativeLibrary.TryLoad(libtorch, out _))
        {
            return IntPtr.Zero;
        }

        byte[] image = File.ReadAllBytes(bridge);
        return MakeVersionWeak(image, UnusedVersion) ? LoadFromMemory(image) : IntPtr.Zero;
    }

    private static string? Find(string file)
    {
        string searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";

        // In a program of a single file an assembly has no place of its own.
        string location = typeof(LibTorchLoader).Assembly.Location;
        string beside = location.Length > 0 ? Path.GetDirectoryName(location)! : AppContext.BaseDirectory;
        string[] folders =
        [
            beside,
            Path.Combine(beside, "runtimes", "linux-x64", "native"),
            AppContext.BaseDirectory,
            Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"),
            .. searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        ];
        return folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    /// <summary>Sets VER_FLG_WEAK on each needed version of this name (ELF64, little-endian).</summary>
    /// <returns>Whether the file asks for that version at all.</returns>
    internal static bool MakeVersionWeak(Span<byte> elf, string version)
    {
        const uint NeededVersions = 0x6ffffffe;
        const int SectionHeaderSize = 64;
        long table = BinaryPrimitives.ReadInt64LittleEndian(elf[0x28..]);
        int sections = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3c..]);
        for (int section = 0; section < sections; section++)
        {
            Span<byte> header = elf[(int)(table + (section * SectionHeaderSize))..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == NeededVersions)
            {
                int needs = (int)BinaryPrimitives.ReadInt64LittleEndian(header[0x18..]);
                int stringSection = BinaryPrimitives.ReadInt32LittleEndian(header[0x28..]);
                Span<byte> stringHeader = elf[(int)(table + (stringSection * SectionHeaderSize))..];
                int strings = (int)BinaryPrimitives.ReadInt64LittleEndian(stringHeader[0x18..]);
                return MarkWeak(elf, needs, strings, version);
            }
        }

        return false;
    }

    // Verneed: u16 version, u16 count, u32 file, u32 first, u32 next. Vernaux: u32 hash, u16 flags, u16 other,
    // u32 name, u32 next. Offsets are relative to the record they stand in; zero ends a chain.
    private static bool MarkWeak(Span<byte> elf, int need, int strings, string version)
    {
        const ushort Weak = 2;
        byte[] name = Encoding.ASCII.GetBytes(version + '\0');
        bool found = false;
        for (int nextNeed = -1; nextNeed != 0; need += nextNeed)
        {
            int entry = need + BinaryPrimitives.ReadInt32LittleEndian(elf[(need + 8)..]);
            for (int nextEntry = -1; nextEntry != 0; entry += nextEntry)
            {
                int nameOffset = strings + BinaryPrimitives.ReadInt32LittleEndian(elf[(entry + 8)..]);
                if (elf[nameOffset..].StartsWith(name))
                {
                    Span<byte> flags = elf[(entry + 4)..];
                    ushort value = BinaryPrimitives.ReadUInt16LittleEndian(flags);
                    BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(value | Weak));
                    found = true;
                }

                nextEntry = BinaryPrimitives.ReadInt32LittleEndian(elf[(entry + 12)..]);
            }

            nextNeed = BinaryPrimitives.ReadInt32LittleEndian(elf[(need + 12)..]);
        }

        return found;
    }

    private static nint LoadFromMemory(byte[] image)
    {
        int descriptor = CreateMemoryFile(BridgeFile, 0);
        if (descriptor < 0)
        {
            return IntPtr.Zero;
        }

        string path = $"/proc/self/fd/{descriptor}";
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Write))
        {
            stream.Write(image);
        }

        return NativeLibrary.TryLoad(path, out nint handle) ? handle : IntPtr.Zero;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CreateMemoryFile(string name, uint flags);
}
