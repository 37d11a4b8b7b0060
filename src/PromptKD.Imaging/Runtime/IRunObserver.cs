namespace PromptKD.Runtime;

/// <summary>Follows a piece of work: what a program shows of it. Every member does nothing by default.</summary>
public interface IRunObserver
{
    /// <summary>Nobody watches.</summary>
    internal static IRunObserver Nobody { get; } = new NobodyWatching();

    /// <summary>A part of the work begins, as "Reading the teacher".</summary>
    void OnPhase(string description)
    {
    }

    /// <summary>A line of the report that Dassl's programs print: progress of training, results.</summary>
    void OnPrint(string line)
    {
    }

    /// <summary>Something is odd, but the work goes on.</summary>
    void OnWarning(string message)
    {
    }

    /// <summary>Some more of a model has been fetched.</summary>
    /// <param name="source">Where it comes from.</param>
    /// <param name="received">Bytes so far, those of an earlier attempt included.</param>
    /// <param name="total">Bytes of the whole file, or null where the server does not say.</param>
    void OnFetched(Uri source, long received, long? total)
    {
    }

    /// <summary>The teacher's features of some more views are made.</summary>
    /// <param name="done">Views so far.</param>
    /// <param name="total">Views to make in this call.</param>
    void OnStored(long done, long total)
    {
    }

    /// <summary>Some more pictures have been classified.</summary>
    /// <param name="done">Pictures so far, unreadable ones included.</param>
    /// <param name="total">Pictures in this call.</param>
    void OnClassified(int done, int total)
    {
    }

    private sealed class NobodyWatching : IRunObserver;
}
