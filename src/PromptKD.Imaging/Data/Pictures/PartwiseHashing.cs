using System.Globalization;
using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>
/// Hashing of pictures by tasks that know nothing of each other but a folder: each reads its part first and leaves
/// there what it found; of the other parts it takes what is there, and reads those that nobody has left. None waits
/// for another one, which may not have begun or may be gone.
/// </summary>
/// <param name="folder">Where the parts are left; made where it is missing.</param>
/// <param name="parts">How many there are.</param>
internal sealed class PartwiseHashing(string folder, int parts)
{
    /// <summary>
    /// Lets the memory know the digests of all pictures that can be read, so that whoever asks for their digest finds
    /// it. What others have left counts for pictures that have the same path, size and time of change here.
    /// </summary>
    /// <param name="part">This task's, from 0.</param>
    /// <param name="root">As for <see cref="PictureDigest.Compute"/>.</param>
    /// <param name="items">The pictures, as this task lists them.</param>
    /// <param name="memory">Learns.</param>
    /// <param name="observer">Is told that it begins, and how far it is.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="OperationCanceledException">It was stopped. Whole parts stay where they were left.</exception>
    /// <exception cref="PromptKDException">A part cannot be written.</exception>
    public void Learn(
        int part,
        string root,
        IReadOnlyList<PictureItem> items,
        DigestMemory memory,
        IRunObserver observer,
        CancellationToken cancellation)
    {
        observer.OnPhase(
            $"Hashing {Counted.Of(items.Count, "picture")}: part {part + 1} of {parts} first, and what no other task "
            + "has");
        Read(part);

        // Tasks that began together end their parts together, nearly: what is there by now is taken first.
        List<int> others = [.. Enumerable.Range(1, parts - 1).Select(further => (part + further) % parts)];
        while (others.Count > 0)
        {
            int there = others.FindIndex(other => File.Exists(PathOf(other)));
            int other = others[Math.Max(there, 0)];
            others.Remove(other);
            if (there < 0 || !TakeOver(other))
            {
                Read(other);
            }
        }

        void Read(int number)
        {
            (int start, int count) = new ProcessShare(number, parts).RowsOf(items.Count);
            var progress = new HashingProgress(observer, TimeProvider.System);
            memory.Collect();
            TakeOver(number);
            PictureDigest.Compute(
                root, [.. items.Skip(start).Take(count)], memory, checks: true, progress.Report, cancellation);
            byte[] found = memory.TakeCollected();
            WholeFile.Write(PathOf(number), stream => stream.Write(found));
        }

        bool TakeOver(int number)
        {
            try
            {
                memory.TakeOver(RegularFile.ReadAllBytes(PathOf(number)));
                return true;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>Removes the parts, once nobody needs them; leaves them to a task that is still writing there.</summary>
    public void Clear()
    {
        try
        {
            if (Directory.Exists(folder))
            {
                WholeFile.RemoveFolder(folder);
            }
        }
        catch (PromptKDException)
        {
            // They take some room, and do no harm.
        }
    }

    private string PathOf(int part) => Path.Combine(
        folder, string.Create(CultureInfo.InvariantCulture, $"{part + 1:00000}-of-{parts:00000}.tsv"));
}
