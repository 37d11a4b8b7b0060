using System.Text;

namespace PromptKD.Cli.Terminal;

/// <summary>
/// Standard output and error of the program. What cannot be written to standard error is left out: messages are not
/// what a run is made for. What cannot be written to standard output ends the program, where that is the result; a run,
/// whose result are files, goes on without it.
/// </summary>
internal static class Outputs
{
    private static bool s_runOutlivesThem;
    private static OutputLostException? s_lost;

    /// <summary>Takes both over from the console.</summary>
    public static void Open()
    {
        Console.SetOut(Writer(1, OnLost));
        Console.SetError(Writer(2, _ => { }));
    }

    /// <summary>Says nothing from now on.</summary>
    public static void Mute()
    {
        Console.SetOut(TextWriter.Null);
        Console.SetError(TextWriter.Null);
    }

    /// <summary>Says that what is made now is files: the work goes on where nobody can be told of it.</summary>
    public static void Outlive() => s_runOutlivesThem = true;

    /// <summary>Why something is missing on standard output; null where nothing is.</summary>
    public static string? WhatIsMissing => s_lost?.Message;

    private static void OnLost(IOException fault)
    {
        s_lost ??= new OutputLostException(fault);
        if (!s_runOutlivesThem)
        {
            throw s_lost;
        }
    }

    private static StreamWriter Writer(int descriptor, Action<IOException> onLost) =>
        new(new OutputStream(descriptor, onLost), new UTF8Encoding(false), bufferSize: 256) { AutoFlush = true };
}
