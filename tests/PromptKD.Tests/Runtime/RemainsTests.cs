using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class RemainsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Clears_what_a_killed_write_on_this_machine_left()
    {
        string deep = Place(Path.Combine("student", $"model.json.{Environment.MachineName}-4711.partial"));
        string shallow = Place($"config.yaml.{Environment.MachineName}-1.partial");

        Remains.Clear(_folder, depth: 1);

        Assert.False(File.Exists(deep));
        Assert.False(File.Exists(shallow));
    }

    [Fact]
    public void Leaves_what_somebody_is_writing()
    {
        string path = Place($"config.yaml.{Environment.MachineName}-4711.partial");

        using (new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            Remains.Clear(_folder);
        }

        Assert.True(File.Exists(path));
    }

    [Fact]
    public void Leaves_those_of_other_machines_until_they_have_been_silent_for_long()
    {
        string fresh = Place("config.yaml.another-host-12.partial");
        string silent = Place("log.txt.another-host-12.partial");
        File.SetLastWriteTimeUtc(silent, DateTime.UtcNow.AddHours(-2));

        Remains.Clear(_folder);

        Assert.True(File.Exists(fresh));
        Assert.False(File.Exists(silent));
    }

    [Theory]
    [InlineData("ViT-B-16.pt.partial")]
    [InlineData("notes-of-2024.partial")]
    [InlineData("picture.partial.png")]
    public void Leaves_files_that_only_look_alike(string name)
    {
        string path = Place(name);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-2));

        Remains.Clear(_folder);

        Assert.True(File.Exists(path));
    }

    [Fact]
    public void Goes_no_deeper_than_it_is_told_and_follows_no_links()
    {
        string deep = Place(Path.Combine("a", "b", $"model.json.{Environment.MachineName}-4711.partial"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "link"), Path.Combine(_folder, "a", "b"));

        Remains.Clear(_folder, depth: 1);

        Assert.True(File.Exists(deep));
        Remains.Clear(Path.Combine(_folder, "none"));
    }

    private string Place(string name)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "half");
        return path;
    }
}
