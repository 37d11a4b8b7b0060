using System.Globalization;
using PromptKD.Runtime;

namespace PromptKD.Features.Store;

/// <summary>
/// Which shards a process makes: those whose number leaves <paramref name="Index"/> over when divided.
/// </summary>
/// <param name="Index">From 0.</param>
/// <param name="Count">Processes that share the work.</param>
public sealed record StorePart(int Index, int Count)
{
    /// <summary>The whole store.</summary>
    public static StorePart Whole { get; } = new(0, 1);

    /// <summary>Reads what a user gives.</summary>
    /// <param name="text">
    /// "i/n" with i from 1 to n, or "auto": the place in a Slurm array (SLURM_ARRAY_TASK_ID, _MIN and _COUNT) or in a
    /// Kubernetes Indexed Job (JOB_COMPLETION_INDEX, and JOB_COMPLETIONS, which its manifest must set).
    /// </param>
    /// <exception cref="PromptKDException">It is neither, or the environment does not say.</exception>
    public static StorePart Parse(string text) =>
        text == "auto" ? FromEnvironment(Environment.GetEnvironmentVariable) : FromFraction(text);

    /// <summary>The part of a process of several that were started together.</summary>
    internal static StorePart Of(ProcessShare share) => new(share.Rank, share.Size);

    internal static StorePart FromEnvironment(Func<string, string?> read)
    {
        if (Number(read, "SLURM_ARRAY_TASK_ID") is { } task)
        {
            int count = Number(read, "SLURM_ARRAY_TASK_COUNT") ?? throw Missing("SLURM_ARRAY_TASK_COUNT");
            return Checked(task - (Number(read, "SLURM_ARRAY_TASK_MIN") ?? 0), count, "the Slurm array");
        }

        if (Number(read, "JOB_COMPLETION_INDEX") is { } pod)
        {
            int count = Number(read, "JOB_COMPLETIONS") ?? throw Missing("JOB_COMPLETIONS");
            return Checked(pod, count, "the Kubernetes Job");
        }

        throw new PromptKDException(
            "‹shard› auto finds neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX. Give ‹shard› i/n.");
    }

    private static StorePart FromFraction(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2 && TryNumber(parts[0], out int index) && TryNumber(parts[1], out int count)
            ? Checked(index - 1, count, $"‹shard› {text}")
            : throw new PromptKDException($"‹shard› is '{text}', expected i/n such as 1/4, or auto.");
    }

    private static StorePart Checked(int index, int count, string source) => index >= 0 && index < count
        ? new StorePart(index, count)
        : throw new PromptKDException($"{source} asks for part {index + 1} of {count}: parts go from 1 to {count}.");

    private static int? Number(Func<string, string?> read, string name) => read(name) switch
    {
        null or "" => null,
        { } text when TryNumber(text, out int number) => number,
        { } text => throw new PromptKDException($"{name} is '{text}', expected a number."),
    };

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static PromptKDException Missing(string name) =>
        new($"‹shard› auto needs {name}, which the environment does not set. Give ‹shard› i/n.");
}
