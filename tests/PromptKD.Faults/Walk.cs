using System.Diagnostics;
using System.Text.RegularExpressions;

namespace PromptKD.Faults;

/// <summary>
/// One case, undisturbed once, then disturbed at each chosen call: it has to end as it should, and the same command has
/// to leave the same files behind that. Folders that are alike are gone on from once.
/// </summary>
internal sealed partial class Walk(FaultCase one, Bench bench, WalkOptions options)
{
    private const int CopiesAtOnce = 64;
    private static readonly TimeSpan s_pace = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, string> _goneOn = [];
    private SortedDictionary<string, string> _whole = [];
    private FaultCall[] _calls = [];
    private FaultCall[] _chosen = [];

    /// <summary>How many ended otherwise than they should.</summary>
    public int Wrong { get; private set; }

    public void Go()
    {
        bench.Prepare(one);
        bench.Must(one);
        _whole = FolderContents.OfResult(bench.Run);
        bench.Must(one);
        if (FolderContents.Difference(_whole, FolderContents.OfResult(bench.Run)) is { } difference)
        {
            throw new InvalidOperationException($"{one.Name} ends otherwise the second time: {difference}.");
        }

        _calls = FaultCall.ReadList(bench.Calls);
        FaultCall[] all = options.Everything ? _calls : CallChoice.Of(_calls);
        _chosen = [.. all.Skip(options.First - 1).Where((_, place) => place % options.Every == 0)];
        Console.WriteLine($"{DateTime.Now:HH:mm:ss} {one.Name}: {_chosen.Length} of {_calls.Length} calls");
        foreach (Fault fault in options.Faults)
        {
            int tried = fault == Fault.Kill && !options.Fresh ? Killed() : Disturbed(fault);
            Console.WriteLine(
                $"{DateTime.Now:HH:mm:ss} {one.Name}: {fault.ToString().ToLowerInvariant()}: {_calls.Length} calls, "
                + $"{tried} tried, {_goneOn.Count} different folders gone on from so far, {Wrong} wrong so far");
        }
    }

    private int Disturbed(Fault fault)
    {
        var sinceLine = Stopwatch.StartNew();
        foreach ((int done, FaultCall call) in _chosen.Index())
        {
            if (sinceLine.Elapsed > s_pace)
            {
                sinceLine.Restart();
                Console.WriteLine($"{DateTime.Now:HH:mm:ss} {one.Name}: {done} tried of {_chosen.Length}");
            }

            bench.Reset(one);
            HostAnswer answer = bench.Go(one, fault, call.Number);
            string wrong = fault != Fault.Kill ? Ending(answer, fault)
                : answer.Code == HostAnswer.Died ? "" : " not killed;";
            string words = bench.LastWords;
            if (answer.Code != 0 || FolderContents.Difference(_whole, FolderContents.OfResult(bench.Run)) is not null)
            {
                wrong += GoneOn();
            }

            Say(fault, call, wrong, words);
        }

        return _chosen.Length;
    }

    // Copies of one undisturbed run are what kills would have left.
    private int Killed()
    {
        int tried = 0;
        foreach (FaultCall[] calls in _chosen.Chunk(CopiesAtOnce))
        {
            bench.Reset(one);
            Bench.Delete(bench.Copies);
            Directory.CreateDirectory(bench.Copies);
            HostAnswer answer = bench.Go(one, Fault.Copy, moments: [.. calls.Select(call => call.Number)]);
            string ending = answer.Code == 0 ? "" : $" exit code {answer.Code} while copies are made;";
            foreach (FaultCall call in calls)
            {
                Bench.Delete(bench.Run);
                string copy = Path.Combine(bench.Copies, $"{call.Number}");
                if (!Directory.Exists(copy))
                {
                    Say(Fault.Kill, call, $"{ending} no such call this time;", "");
                    continue;
                }

                Directory.Move(copy, bench.Run);
                tried++;
                Say(Fault.Kill, call, ending + GoneOn(), "");
            }
        }

        return tried;
    }

    private void Say(Fault fault, FaultCall call, string wrong, string words)
    {
        if (wrong.Length > 0)
        {
            Wrong++;
            Console.WriteLine(
                $"BROKEN {one.Name}, {fault} at {call.Number} ({call.Name} {call.Path}):{wrong} | {words}");
        }
    }

    // What was wrong with the end of a disturbed run.
    private string Ending(HostAnswer answer, Fault fault)
    {
        string wrong = "";
        string gone = bench.Run + ".gone";
        if (fault == Fault.Gone && Directory.Exists(gone))
        {
            wrong += Path.Exists(bench.Run) ? " the folder was made anew;" : "";
            Bench.Delete(bench.Run);
            Directory.Move(gone, bench.Run);
        }

        string error = bench.Error;
        wrong += StackTrace().IsMatch(bench.Said) ? " a stack trace;" : "";
        string[] lines = error.Split('\n');
        return wrong + answer.Code switch
        {
            0 => "",
            2 when !lines.Any(line => IsOfProgram(line) && line.Contains(bench.Run, StringComparison.Ordinal)) =>
                " nothing names the folder;",
            2 when !one.GoesOn && lines.Count(line => line.StartsWith("promptkd: ", StringComparison.Ordinal)) != 1 =>
                " not one line of error;",
            2 => "",
            HostAnswer.Hung => " hangs;",
            HostAnswer.Died => " the process died;",
            _ => $" exit code {answer.Code};",
        };
    }

    // What is wrong with the same command, undisturbed, in the folder as it lies there.
    private string GoneOn()
    {
        Bench.EndProcess(bench.Run);
        string key = FolderContents.KeyOf(bench.Run);
        if (_goneOn.TryGetValue(key, out string? known))
        {
            return known;
        }

        if (one.Begin is not null)
        {
            Directory.CreateDirectory(bench.Run);
        }

        HostAnswer answer = bench.Go(one);
        string? difference = FolderContents.Difference(_whole, FolderContents.OfResult(bench.Run));

        // A command that wants a new folder may refuse the second start where all files are there.
        string wrong = answer.Code != 0 && (answer.Code != 2 || difference is not null)
            ? $" the same command does not go on (code {answer.Code}, {difference}): {bench.LastWords};"
            : difference is not null ? $" other files: {difference};" : "";
        _goneOn[key] = wrong;
        return wrong;
    }

    private static bool IsOfProgram(string line) =>
        line.StartsWith("promptkd: ", StringComparison.Ordinal)
        || line.StartsWith("warning: ", StringComparison.Ordinal);

    [GeneratedRegex(@"^ +at [A-Z][A-Za-z.]+|Unhandled exception", RegexOptions.Multiline)]
    private static partial Regex StackTrace();
}
