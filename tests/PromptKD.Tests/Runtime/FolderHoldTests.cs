using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class FolderHoldTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory().FullName;

    private string Folder => Path.Combine(_parent, "run");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void Keeps_a_second_process_out_and_leaves_nothing_behind()
    {
        using (FolderHold.Take(Folder))
        {
            var error = Assert.Throws<PromptKDException>(() => FolderHold.Take(Folder));

            Assert.Contains("another process", error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder));
        FolderHold.Take(Folder).Dispose();
    }

    [Fact]
    public void Refuses_to_write_into_a_folder_that_was_deleted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not delete what is open.");
        using FolderHold hold = FolderHold.Take(Folder);
        Directory.Delete(Folder, recursive: true);

        var error = Assert.Throws<PromptKDException>(
            () => WholeFile.WriteText(Path.Combine(Folder, "student", "model.json"), "{}"));

        Assert.Contains($"the folder '{Folder}' was deleted", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Folder));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Does_not_answer_for_a_folder_that_was_deleted(bool isAlone)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not delete what is open.");
        using FolderHold hold = isAlone ? FolderHold.Take(Folder) : FolderHold.Share(Folder);
        hold.RefuseGone();
        Directory.Delete(Folder, recursive: true);

        var error = Assert.Throws<PromptKDException>(hold.RefuseGone);

        Assert.StartsWith($"The folder '{Folder}' was deleted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Does_not_make_a_folder_anew_that_is_held_already()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not delete what is open.");
        using FolderHold hold = FolderHold.Share(Folder);
        Directory.Delete(Folder);

        var error = Assert.Throws<PromptKDException>(() => FolderHold.Share(Folder));

        Assert.Contains($"the folder '{Folder}' was deleted", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public void Refuses_to_write_where_a_folder_was_moved_away_and_another_one_made()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux says where an open file is.");
        string moved = Path.Combine(_parent, "moved");
        using (FolderHold.Take(Folder))
        {
            Directory.Move(Folder, moved);
            string other = Path.Combine(Directory.CreateDirectory(Folder).FullName, ".lock");
            File.WriteAllText(other, "another process's");

            var error = Assert.Throws<PromptKDException>(
                () => WholeFile.WriteText(Path.Combine(Folder, "config.yaml"), ""));

            Assert.Contains($"was moved to '{moved}'", error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(moved));
        Assert.Single(Directory.EnumerateFileSystemEntries(Folder));
    }

    [Theory]
    [InlineData("model.json")]
    [InlineData("student/model.json")]
    [InlineData("checkpoints/older/last.safetensors")]
    public void Makes_folders_below_a_held_one_but_never_that_itself(string file)
    {
        using FolderHold outer = FolderHold.Share(_parent);
        using FolderHold hold = FolderHold.Share(Folder);
        string path = Path.Combine(Folder, file);
        FolderHold.MakeFolderOf(path);
        Assert.True(Directory.Exists(Path.GetDirectoryName(path)));
        Directory.Delete(Folder, recursive: true);

        Assert.Throws<IOException>(() => FolderHold.MakeFolderOf(path));

        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public void Of_several_files_each_folder_is_held_until_the_last_is_written()
    {
        string tables = Path.Combine(_parent, "tables", "confusion.csv"), all = Path.Combine(Folder, "all.json");
        using (FolderHolds.Around([tables, null, all]))
        {
            WholeFile.WriteText(all, "{}");
            Directory.Delete(Path.GetDirectoryName(tables)!);

            Assert.Throws<PromptKDException>(() => WholeFile.WriteText(tables, ""));

            Assert.False(Directory.Exists(Path.GetDirectoryName(tables)));
        }

        WholeFile.WriteText(tables, ""); // Another call's.
    }

    [Fact]
    public void The_outermost_folder_that_is_gone_is_named()
    {
        using FolderHold inner = FolderHold.Share(Path.Combine(Folder, "student"));
        using FolderHold outer = FolderHold.Share(Folder);
        Directory.Delete(Folder, recursive: true);

        var error = Assert.Throws<PromptKDException>(
            () => WholeFile.WriteText(Path.Combine(Folder, "student", "model.json"), "{}"));

        Assert.Contains($"the folder '{Folder}' was deleted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shared_folder_that_goes_is_missed_too_and_others_are_not_asked()
    {
        using FolderHold hold = FolderHold.Share(Folder);
        WholeFile.WriteText(Path.Combine(Folder, "report.md"), "");
        Directory.Delete(Folder, recursive: true);

        Assert.Throws<PromptKDException>(() => WholeFile.WriteText(Path.Combine(Folder, "report.md"), ""));

        WholeFile.WriteText(Path.Combine(_parent, "run-2", "report.md"), "");
    }
}
