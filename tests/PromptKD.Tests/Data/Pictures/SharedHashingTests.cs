using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using SkiaSharp;

namespace PromptKD.Tests.Data.Pictures;

/// <summary>Processes, played by threads, that hash the pictures of one folder together.</summary>
public sealed class SharedHashingTests : IDisposable
{
    private const int Processes = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Each_picture_is_read_by_one_process_and_all_come_to_the_digest_of_one_alone()
    {
        PictureItem[] pictures = [.. Enumerable.Range(0, 10).Select(Picture)];
        PictureDigest alone = PictureDigest.Compute(_folder, pictures, DigestMemory.None, checks: true, null, Stop);
        byte[][] told = new byte[Processes][];

        string[] digests = Together(work =>
        {
            var memory = DigestMemory.Open(Path.Combine(_folder, $"digests-{work.Share.Rank}.tsv"));
            SharedHashing.Learn(work, _folder, pictures, memory, IRunObserver.Nobody, Stop);
            Assert.All(pictures, picture => Assert.NotNull(memory.Find(picture.Path)));
            return PictureDigest.Compute(_folder, pictures, memory, checks: true, null, Stop).Digest;
        }, told);

        // A line a picture that was read, and that of the digest; ten among three.
        Assert.Equal([5, 4, 4], told.Select(lines => lines.Count(letter => letter == (byte)'\n')));
        Assert.All(digests, digest => Assert.Equal(alone.Digest, digest));
    }

    [Fact]
    public void A_process_that_is_stopped_does_not_keep_the_others_waiting()
    {
        PictureItem[] pictures = [.. Enumerable.Range(0, 4).Select(Picture)];

        bool[] wereStopped = Together(work =>
        {
            var memory = DigestMemory.Open(Path.Combine(_folder, $"digests-{work.Share.Rank}.tsv"));
            try
            {
                SharedHashing.Learn(
                    work, _folder, pictures, memory, IRunObserver.Nobody, new CancellationToken(work.Share.Rank == 1));
                return false;
            }
            catch (OperationCanceledException)
            {
                return true;
            }
        }, new byte[Processes][]);

        Assert.Equal([false, true, false], wereStopped);
    }

    private PictureItem Picture(int number)
    {
        string path = Path.Combine(_folder, $"{number}.png");
        File.WriteAllBytes(path, TestPictures.Png(4, 4, (_, _) => new SKColor((byte)number, 0, 0)));
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        return new PictureItem(path);
    }

    /// <param name="work">What each does.</param>
    /// <param name="told">Receives what each told the others last.</param>
    private static T[] Together<T>(Func<ISharedWork, T> work, byte[][] told)
    {
        var results = new T[Processes];
        using var meeting = new Barrier(Processes);
        Exception? fault = null;
        Thread[] threads =
        [
            .. Enumerable.Range(0, Processes).Select(rank => new Thread(() =>
            {
                try
                {
                    results[rank] = work(new Process(new ProcessShare(rank, Processes), told, meeting));
                }
                catch (Exception error)
                {
                    fault = error;
                }
            })),
        ];
        Assert.All(threads, thread => thread.Start());
        Assert.All(threads, thread => Assert.True(thread.Join(TimeSpan.FromMinutes(1)), "a process hangs"));
        Assert.Null(fault);
        return results;
    }

    private sealed class Process(ProcessShare share, byte[][] told, Barrier meeting) : ISharedWork
    {
        public ProcessShare Share => share;

        public IReadOnlyList<byte[]> Gather(byte[] own)
        {
            told[share.Rank] = own;
            meeting.SignalAndWait();
            byte[][] all = [.. told];
            meeting.SignalAndWait();
            return all;
        }
    }
}
