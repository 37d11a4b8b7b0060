using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class WholeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Replaces_a_file_and_leaves_nothing_beside_it()
    {
        string path = Path.Combine(_folder, "deep", "a.txt");
        WholeFile.WriteText(path, "old and longer");

        WholeFile.WriteText(path, "né");

        Assert.Equal([0x6e, 0xc3, 0xa9], File.ReadAllBytes(path));
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "deep")));
    }

    [Theory]
    [InlineData("device.png", "a device, not a regular file")]
    [InlineData("pipe.png", "a named pipe, not a regular file")]
    [InlineData("out", "standard output or another open file, not a file of its own")]
    public void A_device_or_a_pipe_keeps_its_place(string name, string reason)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere nothing tells what lies at a path.");
        PromptKD.Tests.Data.Pictures.SpecialFiles.Make(_folder);
        File.CreateSymbolicLink(Path.Combine(_folder, "out"), "/proc/self/fd/1");
        string path = Path.Combine(_folder, name);

        var error = Assert.Throws<PromptKDException>(() => WholeFile.WriteText(path, "text"));

        Assert.Equal($"Cannot write '{path}': {reason}. Give the name of a file.", error.Message);
        Assert.Equal(name != "pipe.png", new FileInfo(path).LinkTarget is not null);
        Assert.Empty(Directory.GetFiles(_folder, "*.partial"));
    }

    [Theory]
    [InlineData("there.json", "old")]
    [InlineData("nowhere.json", null)]
    public void A_link_is_replaced_and_what_it_leads_to_stands(string target, string? content)
    {
        string leadsTo = Path.Combine(_folder, target);
        string link = Path.Combine(_folder, "link.json");
        if (content is not null)
        {
            File.WriteAllText(leadsTo, content);
        }

        File.CreateSymbolicLink(link, target);

        WholeFile.WriteText(link, "new");

        Assert.Null(new FileInfo(link).LinkTarget);
        Assert.Equal("new", File.ReadAllText(link));
        Assert.Equal(content, File.Exists(leadsTo) ? File.ReadAllText(leadsTo) : null);
    }

    [Fact]
    public void Creates_a_file_once_and_leaves_nothing_beside_it()
    {
        string path = Path.Combine(_folder, "deep", "a.txt");

        Assert.True(WholeFile.TryCreateText(path, "first"));
        Assert.False(WholeFile.TryCreateText(path, "second"));

        Assert.Equal("first", File.ReadAllText(path));
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "deep")));
    }

    [Fact]
    public void Keeps_the_old_file_where_the_disk_is_full()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev/full, which only Linux has.");
        string path = Path.Combine(_folder, "a.txt");
        File.WriteAllText(path, "old");

        // The file is first written beside its place; here that leads to the device on which nothing fits.
        File.CreateSymbolicLink($"{path}.{Environment.MachineName}-{Environment.ProcessId}.partial", "/dev/full");
        var error = Assert.Throws<PromptKDException>(() => WholeFile.WriteText(path, "new"));

        Assert.StartsWith($"Cannot write '{path}': ", error.Message, StringComparison.Ordinal);
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void Writes_first_under_a_name_that_no_process_on_another_machine_chooses()
    {
        string beside = "";

        WholeFile.Write(Path.Combine(_folder, "a.txt"), stream => beside = ((FileStream)stream).Name);

        Assert.Contains(Environment.MachineName, Path.GetFileName(beside), StringComparison.Ordinal);
        Assert.Contains($"{Environment.ProcessId}", Path.GetFileName(beside), StringComparison.Ordinal);
    }

    [Fact]
    public void Keeps_the_old_file_where_the_writing_fails_half_way()
    {
        string path = Path.Combine(_folder, "a.txt");
        File.WriteAllText(path, "old");

        Assert.Throws<PromptKDException>(() => WholeFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new IOException("unplugged");
        }));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void Says_that_a_folder_cannot_be_made_where_a_file_is()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        var error = Assert.Throws<PromptKDException>(() => WholeFile.WriteText(Path.Combine(file, "a.txt"), ""));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }
}
