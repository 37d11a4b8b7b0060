using System.Diagnostics;
using System.Text.RegularExpressions;

namespace PromptKD.Faults;

/// <summary>Where cases are run: inputs, finished cases, and the output folder, which always has one name.</summary>
internal sealed partial class Bench(string work, string program, ProgramHost host)
{
    private const int Nobody = 2_000_000_000; // More than Linux numbers processes.

    private readonly string _out = Path.Combine(work, "out");
    private readonly string _error = Path.Combine(work, "error");

    /// <summary>The output folder: some files name it.</summary>
    public string Run { get; } = Path.Combine(work, "run");

    public string Calls { get; } = Path.Combine(work, "calls");

    public string Copies { get; } = Path.Combine(work, "copies");

    public string Error => File.ReadAllText(_error);

    public string LastWords => File.ReadLines(_error).LastOrDefault(line => line.Length > 0) ?? "nothing said";

    public string Said => File.ReadAllText(_out) + Error;

    /// <summary>Compiles the library that is injected; its path.</summary>
    public static string Compile(string work)
    {
        string library = Path.Combine(work, "inject.so");
        string source = Path.Combine(AppContext.BaseDirectory, "inject.c");
        using Process compiler = Process.Start(
            "cc", ["-O1", "-shared", "-fPIC", "-o", library, source, "-ldl", "-lpthread"]);
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? library : throw new InvalidOperationException("inject.c does not compile.");
    }

    /// <summary>Makes the inputs.</summary>
    public void MakeWorld()
    {
        Must(new FaultCase("drawn", "demo --pictures-only --output {out}"));
        World.Make(Path.Combine(work, "world"), Run);
    }

    /// <summary>The folder as it is before the command.</summary>
    public void Reset(FaultCase one)
    {
        Delete(Run);
        Delete(Run + ".gone");
        if (one.Begin is { } begin)
        {
            Directory.CreateDirectory(Run);
            if (begin.Length > 0)
            {
                FolderContents.Copy(FaultCase.Fill(begin, Place), Path.Combine(Run, one.BeginIn));
            }
        }
    }

    /// <summary>
    /// Gives what a killed process was writing the number of one that has ended: the program's own goes on.
    /// </summary>
    public static void EndProcess(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        // What lies deeper comes first: a folder takes it along.
        foreach (string path in Directory.GetFileSystemEntries(folder, "*.partial", SearchOption.AllDirectories)
            .OrderByDescending(path => path.Length))
        {
            string name = Path.GetFileName(path);
            string ended = Path.Combine(Path.GetDirectoryName(path)!, Writer().Replace(name, $"-{Nobody}.partial"));
            if (ended != path)
            {
                Directory.Move(path, ended);
            }
        }
    }

    /// <summary>Runs the command in the folder as it stands.</summary>
    public HostAnswer Go(FaultCase one, Fault fault = Fault.None, long at = 0, long[]? moments = null) =>
        host.Run(new HostRequest(one.Words(Place), Run, _out, _error)
        {
            Fault = fault,
            At = at,
            List = Calls,
            Copies = Copies,
            Moments = moments ?? [],
        });

    /// <summary>Runs it from the start to its end.</summary>
    public void Must(FaultCase one)
    {
        Reset(one);
        HostAnswer answer = Go(one);
        if (answer.Code != 0)
        {
            throw new InvalidOperationException($"{one.Name} fails without a fault, code {answer.Code}:\n{Said}");
        }
    }

    /// <summary>What a case has left, made where it was not.</summary>
    public string Done(string name)
    {
        string folder = Path.Combine(work, "done", name);
        if (!Directory.Exists(folder))
        {
            FaultCase one = FaultCases.All.Single(one => one.Name == name);
            Prepare(one);
            Must(one);
            Directory.CreateDirectory(Path.Combine(work, "done"));
            Directory.Move(Run, folder);
        }

        return folder;
    }

    /// <summary>Makes what a case begins with.</summary>
    public void Prepare(FaultCase one)
    {
        foreach (string needed in one.Needs)
        {
            Done(needed);
        }
    }

    public static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(@"-[0-9]+\.partial$")]
    private static partial Regex Writer();

    private string Place(string name) => name switch
    {
        "out" => Run,
        "world" => Path.Combine(work, "world"),
        "program" => program,
        _ => Path.Combine(work, "done", name["done:".Length..]),
    };
}
