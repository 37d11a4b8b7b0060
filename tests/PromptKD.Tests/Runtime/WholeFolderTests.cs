using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class WholeFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory().FullName;

    private string Folder => Path.Combine(_root, "folder");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_new_folder_is_there_when_it_is_whole()
    {
        WholeFolder.Create(Folder, partial =>
        {
            Write(partial, "a.txt", "new");
            Assert.False(Directory.Exists(Folder));
        });

        Assert.Equal("new", File.ReadAllText(Path.Combine(Folder, "a.txt")));
        Assert.Equal([Folder], Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public void A_folder_takes_the_place_of_another_one()
    {
        Directory.CreateDirectory(Folder);
        Write(Folder, "a.txt", "old");
        Write(Folder, "b.txt", "old");

        WholeFolder.Replace(Folder, partial =>
        {
            Write(partial, "a.txt", "new");
            Assert.Equal("old", File.ReadAllText(Path.Combine(Folder, "a.txt")));
        });

        Assert.Equal("new", File.ReadAllText(Path.Combine(Folder, "a.txt")));
        Assert.Equal(["a.txt"], Directory.EnumerateFiles(Folder).Select(Path.GetFileName));
        Assert.Equal([Folder], Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public void Where_writing_fails_the_old_one_stands_and_nothing_is_left()
    {
        Directory.CreateDirectory(Folder);
        Write(Folder, "a.txt", "old");

        PromptKDException mistake = Assert.Throws<PromptKDException>(() => WholeFolder.Replace(Folder, partial =>
        {
            Write(partial, "a.txt", "new");
            throw new IOException("No space left on device");
        }));

        Assert.Equal($"Cannot write the folder '{Folder}': No space left on device.", mistake.Message);
        Assert.Equal("old", File.ReadAllText(Path.Combine(Folder, "a.txt")));
        Assert.Equal([Folder], Directory.EnumerateFileSystemEntries(_root));
    }

    [Theory]
    [InlineData(true, "c.txt")]
    [InlineData(true, "images/c.txt")]
    [InlineData(false, "c.txt")]
    [InlineData(false, "images/c.txt")]
    public void A_parent_that_is_moved_amid_the_writing_is_not_made_anew(bool isNew, string next)
    {
        string parent = Path.Combine(_root, "parent"), folder = Path.Combine(parent, "folder");
        string moved = Path.Combine(_root, "moved");
        Directory.CreateDirectory(isNew ? parent : folder);
        Action<string, Action<string>> write = isNew ? WholeFolder.Create : WholeFolder.Replace;

        var error = Assert.Throws<PromptKDException>(() => write(folder, partial =>
        {
            WholeFile.WriteText(Path.Combine(partial, "a.txt"), "new");
            Directory.Move(parent, moved);
            WholeFile.WriteText(Path.Combine(partial, next), "new");
        }));

        Assert.EndsWith(
            $"the folder '{parent}' was deleted or moved while it was being written.",
            error.Message,
            StringComparison.Ordinal);
        Assert.Equal([moved], Directory.EnumerateFileSystemEntries(_root));
        Assert.NotEqual(isNew, Directory.Exists(Path.Combine(moved, "folder")));
    }

    [Fact]
    public void A_parent_that_is_moved_before_a_folder_inside_or_the_name_is_not_made_anew()
    {
        string parent = Path.Combine(_root, "parent"), folder = Path.Combine(parent, "folder");
        string moved = Path.Combine(_root, "moved");
        Action<string>[] ends = [partial => WholeFolder.Inside(partial, "images"), _ => { }];
        foreach (Action<string> end in ends)
        {
            var error = Assert.Throws<PromptKDException>(() => WholeFolder.Create(folder, partial =>
            {
                Directory.Move(parent, moved);
                end(partial);
            }));

            Assert.StartsWith($"Cannot write the folder '{folder}': ", error.Message, StringComparison.Ordinal);
            Assert.Equal([moved], Directory.EnumerateFileSystemEntries(_root));
            Directory.Delete(moved, recursive: true);
        }
    }

    [Fact]
    public void What_is_there_is_not_made_anew()
    {
        Directory.CreateDirectory(Folder);
        WholeFolder.Create(Folder, partial => Write(partial, "a.txt", "new")); // An empty one is nothing.

        Assert.Throws<PromptKDException>(() => WholeFolder.Create(Folder, _ => Assert.Fail("Must not be written.")));
    }

    [Fact]
    public void What_killed_calls_left_beside_it_is_cleared()
    {
        string left = $"{Folder}.{Environment.MachineName}-{int.MaxValue}.partial";
        Directory.CreateDirectory(left);
        Write(left, "a.txt", "half");

        WholeFolder.Create(Folder, partial => Write(partial, "a.txt", "new"));

        Assert.Equal([Folder], Directory.EnumerateFileSystemEntries(_root));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_kill_between_two_names_loses_neither_folder(bool isReplaced)
    {
        string old = $"{Folder}.{Environment.MachineName}-{int.MaxValue}.partial.old";
        Directory.CreateDirectory(old);
        Write(old, "a.txt", "old");
        if (isReplaced)
        {
            Directory.CreateDirectory(Folder);
            Write(Folder, "a.txt", "new");
        }

        WholeFolder.Recover(Folder);

        Assert.Equal(isReplaced ? "new" : "old", File.ReadAllText(Path.Combine(Folder, "a.txt")));
        Assert.Equal([Folder], Directory.EnumerateFileSystemEntries(_root));
    }

    private static void Write(string folder, string name, string text) =>
        File.WriteAllText(Path.Combine(folder, name), text);
}
