using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class AppendedFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Adds_behind_what_is_there_at_once()
    {
        string path = Path.Combine(_folder, "deep", "log.txt");
        using (AppendedFile first = AppendedFile.Open(path))
        {
            first.Add("one\n"u8);
        }

        using AppendedFile second = AppendedFile.Open(path);
        second.Add("two\n"u8);

        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.Equal("one\ntwo\n", reader.ReadToEnd());
    }

    [Fact]
    public void Says_that_the_disk_is_full_and_closes_in_silence()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev/full, which only Linux has.");
        AppendedFile file = AppendedFile.Open("/dev/full");

        var error = Assert.Throws<PromptKDException>(() => file.Add("one\n"u8));
        file.Dispose();

        Assert.StartsWith(
            "Cannot write '/dev/full': No space left on device.", error.Message, StringComparison.Ordinal);
    }
}
