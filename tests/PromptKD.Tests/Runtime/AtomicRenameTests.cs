using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class AtomicRenameTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_free_name_is_taken_and_nothing_is_left_beside_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have no such call.");
        string file = Place("a.partial", "one"), name = Path.Combine(_folder, "a");

        Assert.True(AtomicRename.TryTake(file, name));

        Assert.Equal([name], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_name_that_somebody_has_stays_theirs()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have no such call.");
        string file = Place("a.partial", "one"), name = Place("a", "theirs");

        Assert.False(AtomicRename.TryTake(file, name));

        Assert.Equal("theirs", File.ReadAllText(name));
        Assert.Equal("one", File.ReadAllText(file));
    }

    [Fact]
    public void What_cannot_be_done_in_one_step_is_left_to_others()
    {
        string missing = Path.Combine(_folder, "missing");

        Assert.Null(AtomicRename.TryTake(missing, Path.Combine(_folder, "a")));
        Assert.False(AtomicRename.TryExchange(missing, Place("a", "one")));
        Assert.Equal("one", File.ReadAllText(Path.Combine(_folder, "a")));
    }

    private string Place(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
