namespace PromptKD.Faults;

/// <summary>What happens at a call; the numbers are those of inject.c.</summary>
internal enum Fault
{
    /// <summary>Nothing: calls are counted.</summary>
    None = 0,

    /// <summary>Half of what is written fits, and nothing behind it.</summary>
    Full = 1,

    /// <summary>This call fails with an input/output error, and no other.</summary>
    Once = 2,

    /// <summary>The output folder is moved away just before.</summary>
    Gone = 3,

    /// <summary>The process is killed, in the middle of what it writes.</summary>
    Kill = 4,

    /// <summary>Copies of the folder are made, as kills would have left it.</summary>
    Copy = 5,
}

/// <summary>A command line for the program, and what is to happen to its output folder.</summary>
internal sealed record HostRequest(string[] Words, string Below, string Out, string Error)
{
    public Fault Fault { get; init; }

    /// <summary>Number of the call, from 1.</summary>
    public long At { get; init; }

    /// <summary>A file that receives a line for each call; empty for none.</summary>
    public string List { get; init; } = "";

    /// <summary>With <see cref="Fault.Copy"/>: the folder that receives the copies.</summary>
    public string Copies { get; init; } = "";

    /// <summary>With <see cref="Fault.Copy"/>: numbers of the calls.</summary>
    public long[] Moments { get; init; } = [];
}

/// <summary>How a command line ended.</summary>
internal sealed record HostAnswer(int Code, long Calls, long Memory)
{
    /// <summary>The process ended instead of Main, by a signal or by itself.</summary>
    public const int Died = -1;

    /// <summary>Main had not ended in time.</summary>
    public const int Hung = -2;
}
