using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using SkiaSharp;

namespace PromptKD.Tests.Data.Pictures;

/// <summary>Tasks that hash the pictures of one folder one behind the other, and meet in a folder alone.</summary>
public sealed class PartwiseHashingTests : IDisposable
{
    private const int Tasks = 3;

    // Of each file, with zeros behind the picture: all shades have one.
    private const int Length = 200;

    private static readonly DateTime s_changed = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly string _parts;

    public PartwiseHashingTests() => _parts = Path.Combine(_folder, "parts");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_later_task_reads_what_nobody_has_left_and_takes_the_rest()
    {
        PictureItem[] pictures = [.. Enumerable.Range(0, 9).Select(number => Picture(number, shade: 0))];
        string before = Digest(pictures, DigestMemory.None);
        Learn(1, pictures);
        Assert.Equal(["00001-of-00003.tsv", "00002-of-00003.tsv", "00003-of-00003.tsv"], Names());
        File.Delete(Path.Combine(_parts, "00001-of-00003.tsv"));

        // Other letters of the same length and time: whoever reads sees them, whoever takes over does not.
        Picture(0, shade: 200);
        Picture(8, shade: 200);
        DigestMemory memory = Learn(1, pictures);

        string?[] known = [.. pictures.Select(picture => memory.Find(picture.Path))];
        Assert.All(known, Assert.NotNull);
        Assert.NotEqual(before, Digest(pictures, memory));
        Assert.NotEqual(known[0], Remembered(Picture(0, shade: 0)));
        Assert.Equal(known[8], Remembered(Picture(8, shade: 0)));
    }

    [Fact]
    public void All_tasks_come_to_the_digest_of_one_alone()
    {
        PictureItem[] pictures = [.. Enumerable.Range(0, 20).Select(number => Picture(number, shade: 0))];
        string alone = Digest(pictures, DigestMemory.None);

        Assert.All([2, 0, 1], task => Assert.Equal(alone, Digest(pictures, Learn(task, pictures))));
    }

    [Fact]
    public void A_picture_that_has_changed_since_is_read_again()
    {
        PictureItem[] pictures = [.. Enumerable.Range(0, 6).Select(number => Picture(number, shade: 0))];
        Learn(0, pictures);
        Picture(5, shade: 200);
        File.SetLastWriteTimeUtc(pictures[5].Path, s_changed.AddYears(1));

        Assert.Equal(Digest(pictures, DigestMemory.None), Digest(pictures, Learn(1, pictures)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nothing of this kind\n")]
    public void A_part_that_is_damaged_is_read_again(string text)
    {
        PictureItem[] pictures = [.. Enumerable.Range(0, 6).Select(number => Picture(number, shade: 0))];
        Learn(0, pictures);
        File.WriteAllText(Path.Combine(_parts, "00002-of-00003.tsv"), text);

        Assert.Equal(Digest(pictures, DigestMemory.None), Digest(pictures, Learn(2, pictures)));
    }

    [Fact]
    public void What_is_left_can_be_cleared()
    {
        Learn(0, [Picture(0, shade: 0)]);
        var hashing = new PartwiseHashing(_parts, Tasks);
        hashing.Clear();
        hashing.Clear();
        Assert.False(Directory.Exists(_parts));
    }

    private static int s_memories;

    private DigestMemory Learn(int task, IReadOnlyList<PictureItem> pictures)
    {
        var memory = DigestMemory.Open(Path.Combine(_folder, $"{Interlocked.Increment(ref s_memories)}.tsv"));
        new PartwiseHashing(_parts, Tasks).Learn(task, _folder, pictures, memory, IRunObserver.Nobody, Stop);
        return memory;
    }

    private string Digest(IReadOnlyList<PictureItem> pictures, DigestMemory memory) =>
        PictureDigest.Compute(_folder, pictures, memory, checks: true, null, Stop).Digest;

    private string Remembered(PictureItem picture)
    {
        var memory = DigestMemory.Open(Path.Combine(_folder, $"{Interlocked.Increment(ref s_memories)}.tsv"));
        Digest([picture], memory);
        return memory.Find(picture.Path)!;
    }

    private string[] Names() =>
        [.. Directory.GetFiles(_parts).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private PictureItem Picture(int number, byte shade)
    {
        string path = Path.Combine(_folder, $"{number}.png");
        byte[] file = TestPictures.Png(4, 4, (_, _) => new SKColor((byte)number, shade, 0));
        Array.Resize(ref file, Length);
        File.WriteAllBytes(path, file);
        File.SetLastWriteTimeUtc(path, s_changed);
        return new PictureItem(path);
    }
}
