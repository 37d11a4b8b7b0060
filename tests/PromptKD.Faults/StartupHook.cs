using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PromptKD.Faults;

/// <summary>
/// Runs within the program, before its Main (<c>DOTNET_STARTUP_HOOKS</c>): reads requests, and calls Main for each of
/// them, so that libtorch is loaded and the code compiled once for hundreds of runs.
/// </summary>
[SuppressMessage("Design", "CA1050", Justification = "The runtime looks for a class of this name, in no namespace.")]
internal static partial class StartupHook
{
    /// <summary>Called by the runtime. Never returns: the requests end with the stream that brings them.</summary>
    public static void Initialize()
    {
        // The two streams are the driver's; the program gets others in their place.
        using var requests = new StreamReader(Take(0), Encoding.UTF8);
        using var answers = new StreamWriter(Take(1), new UTF8Encoding(false)) { AutoFlush = true };
        Direct(0, "/dev/null", Native.ReadOnly);
        NativeLibrary.SetDllImportResolver(
            typeof(StartupHook).Assembly,
            (name, _, _) => name != Native.Injected ? 0
                : NativeLibrary.Load(Environment.GetEnvironmentVariable("LD_PRELOAD")!));
        MethodInfo main = Assembly.Load("PromptKD.Cli").EntryPoint!;
        while (requests.ReadLine() is { } line)
        {
            HostRequest request = JsonSerializer.Deserialize<HostRequest>(line)!;
            Direct(1, request.Out, Native.NewFile);
            Direct(2, request.Error, Native.NewFile);
            Native.Next(
                request.Below, (int)request.Fault, request.At, request.List, request.Copies, request.Moments,
                request.Moments.Length);
            Forget();
            int code = Run(main, request.Words);
            long calls = Native.Next("", 0, 0, "", "", [], 0);
            answers.WriteLine(JsonSerializer.Serialize(new HostAnswer(code, calls, Environment.WorkingSet)));
        }

        Environment.Exit(0);
    }

    private static int Run(MethodInfo main, string[] words)
    {
        try
        {
            return (int)main.Invoke(null, [words])!;
        }
        catch (TargetInvocationException error)
        {
            // What the runtime says of an exception that nobody caught, and its exit code.
            Console.Error.WriteLine($"Unhandled exception. {error.InnerException}");
            return 134;
        }
    }

    // What a process remembers of folders that it has written to: a new one clears once what killed writes left there.
    private static void Forget()
    {
        Type? files = Assembly.Load("PromptKD.Imaging").GetType("PromptKD.Runtime.WholeFile", throwOnError: true);
        object known = files!.GetField("s_known", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
        ((IDictionary)known).Clear();
    }

    private static FileStream Take(int descriptor) => new(
        new Microsoft.Win32.SafeHandles.SafeFileHandle(Native.Duplicate(descriptor), ownsHandle: true),
        descriptor == 0 ? FileAccess.Read : FileAccess.Write);

    private static void Direct(int descriptor, string path, int flags)
    {
        int file = Native.Open(path, flags, 0x1B6);
        _ = Native.Duplicate(file, descriptor);
        _ = Native.Close(file);
    }

    private static partial class Native
    {
        public const string Injected = "inject";
        public const int ReadOnly = 0;
        public const int NewFile = 1 | 0x40 | 0x200; // O_WRONLY, O_CREAT, O_TRUNC of Linux.

        [LibraryImport("libc", EntryPoint = "dup")]
        public static partial int Duplicate(int file);

        [LibraryImport("libc", EntryPoint = "dup2")]
        public static partial int Duplicate(int file, int to);

        [LibraryImport("libc", EntryPoint = "close")]
        public static partial int Close(int file);

        [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
        public static partial int Open(string path, int flags, int mode);

        [LibraryImport(Injected, EntryPoint = "fault_next", StringMarshalling = StringMarshalling.Utf8)]
        public static partial long Next(
            string below, int what, long at, string list, string copies, long[] moments, int count);
    }
}
