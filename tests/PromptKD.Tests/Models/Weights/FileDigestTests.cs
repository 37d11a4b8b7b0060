using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Tests.Models.Weights;

public sealed class FileDigestTests : IDisposable
{
    // printf abc | sha256sum; FIPS 180-2, appendix B.1.
    private const string OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private static readonly DateTime s_longAgo = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Is_that_of_the_files_one_after_another()
    {
        Assert.Equal(OfAbc, FileDigest.Sha256([Write("1", "abc")], stop: Stop));
        Assert.Equal(OfAbc, FileDigest.Sha256([Write("2", "ab"), Write("3", "c")], stop: Stop));
        Assert.Equal(OfAbc, FileDigest.OfText("abc"));
    }

    [Fact]
    public void Is_remembered_for_a_file_and_for_a_list_of_files()
    {
        string first = Write("1", "ab"), second = Write("2", "c");
        var memory = DigestMemory.Open(Path.Combine(_folder, "memory.txt"));
        Assert.Equal(OfAbc, FileDigest.Sha256([first, second], memory, Stop));
        string ofFirst = FileDigest.Sha256([first], memory, Stop);

        // Another content of the same size and time: only who reads it sees it.
        Write("1", "xy");
        Assert.Equal(OfAbc, FileDigest.Sha256([first, second], memory, Stop));
        Assert.Equal(ofFirst, FileDigest.Sha256([first], memory, Stop));
        Assert.NotEqual(ofFirst, FileDigest.Sha256([first], stop: Stop));

        // In another order, or when one of them has changed, they are read.
        Assert.Equal(FileDigest.Sha256([second, first], stop: Stop), FileDigest.Sha256([second, first], memory, Stop));
        File.SetLastWriteTimeUtc(second, s_longAgo.AddSeconds(1));
        Assert.Equal(FileDigest.Sha256([first, second], stop: Stop), FileDigest.Sha256([first, second], memory, Stop));
    }

    [Fact]
    public void Names_a_file_that_cannot_be_read()
    {
        string missing = Path.Combine(_folder, "missing");

        var error = Assert.Throws<PromptKDException>(() => FileDigest.Sha256([missing], stop: Stop));

        Assert.StartsWith($"{missing}: cannot be read: ", error.Message, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, s_longAgo);
        return path;
    }
}
