namespace PromptKD.Runtime.Remote;

/// <summary>How long is waited for a server that does not answer.</summary>
/// <param name="Pauses">Time before the second attempt, the third, and so on; then it is given up.</param>
/// <param name="Silence">Time without a byte after which a connection counts as lost.</param>
internal sealed record RemotePatience(IReadOnlyList<TimeSpan> Pauses, TimeSpan Silence)
{
    /// <summary>
    /// How many of the pauses are taken for a server that has never answered: its name may be wrong.
    /// </summary>
    public int PausesOfStrangers { get; init; } = 4;

    /// <summary>Tells, when it is given up, how long it was tried.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Two minutes of pauses; a connection may be silent for half a minute.</summary>
    public static RemotePatience Default { get; } = new(
        [.. new[] { 0.5, 1, 2, 4, 8, 15, 15, 15, 15, 15, 15, 15 }.Select(TimeSpan.FromSeconds)],
        TimeSpan.FromSeconds(30));
}
