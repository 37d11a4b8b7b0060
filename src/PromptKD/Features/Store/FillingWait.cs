using System.Diagnostics;
using System.Globalization;
using PromptKD.Runtime;

namespace PromptKD.Features.Store;

/// <summary>
/// Waits for what others write into a store: says what it waits for, and gives up where nobody has written anything
/// for long.
/// </summary>
/// <param name="folder">The store; need not be there yet.</param>
/// <param name="limit">How long nothing may be written.</param>
/// <param name="context">Who is told, and what ends the waiting.</param>
internal sealed class FillingWait(string folder, TimeSpan limit, RunContext context)
{
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_beforeFirstWord = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_betweenWords = TimeSpan.FromMinutes(1);

    private readonly Stopwatch _waiting = new();
    private readonly Stopwatch _unchanged = new();
    private readonly Stopwatch _silent = new();
    private TimeSpan _before;
    private DateTime _changed;

    /// <summary>All that was waited so far.</summary>
    public TimeSpan Total => _before + _waiting.Elapsed;

    /// <summary>Whether nothing has been written for so long that nobody seems to write any more.</summary>
    public bool IsOver => _unchanged.Elapsed > limit;

    /// <summary>Waits until something is there.</summary>
    /// <param name="isThere">Whether it is.</param>
    /// <param name="missing">What is missing, in words.</param>
    /// <exception cref="PromptKDException">It did not come.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public void Until(Func<bool> isThere, Func<string> missing)
    {
        while (!isThere())
        {
            if (IsOver)
            {
                throw GiveUp(missing());
            }

            Rest(missing);
            context.Stop.ThrowIfCancellationRequested();
        }

        End();
    }

    /// <summary>Lets a moment go by, or less where the run is stopped.</summary>
    /// <param name="missing">What is missing, in words.</param>
    public void Rest(Func<string> missing)
    {
        if (!_waiting.IsRunning)
        {
            _waiting.Start();
            _unchanged.Restart();
            _changed = LastWritten();
        }
        else if (LastWritten() is var written && written != _changed)
        {
            _changed = written;
            _unchanged.Restart();
        }

        if (_waiting.Elapsed >= s_beforeFirstWord && (!_silent.IsRunning || _silent.Elapsed >= s_betweenWords))
        {
            _silent.Restart();
            context.Observer.OnPhase(
                $"Waiting for {missing()} Waited {Words(_waiting.Elapsed)}, {Words(_unchanged.Elapsed)} since the last "
                + $"file; gives up after {Words(limit)} without one");
        }

        context.Stop.WaitHandle.WaitOne(s_moment);
    }

    /// <summary>What was waited for is there.</summary>
    public void End()
    {
        _before += _waiting.Elapsed;
        _waiting.Reset();
        _unchanged.Reset();
    }

    /// <summary>Why it is not waited for any longer.</summary>
    /// <param name="missing">What is missing, in words.</param>
    public PromptKDException GiveUp(string missing) => new(
        $"Waited for {missing} Nothing was written there for {Words(_unchanged.Elapsed)}. Start features again: it "
        + "makes what is missing; then the same command goes on. DISTILL.FILLING_MINUTES says how long to wait.");

    /// <summary>A span of time, in words.</summary>
    public static string Words(TimeSpan span) => span.TotalMinutes < 2
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min");

    // Whatever is written beside its place and renamed changes the time of its folder; one that is not there has a
    // time, too.
    private DateTime LastWritten()
    {
        DateTime store = Directory.GetLastWriteTimeUtc(folder);
        DateTime shards = Directory.GetLastWriteTimeUtc(StoreShard.FolderOf(folder));
        return store > shards ? store : shards;
    }
}
