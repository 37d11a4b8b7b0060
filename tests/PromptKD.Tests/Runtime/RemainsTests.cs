using System.Diagnostics;
using System.Globalization;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class RemainsTests : IDisposable
{
    // No system gives a process such a number.
    private static readonly string s_ended = $"{Environment.MachineName}-{int.MaxValue}.partial";

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Clears_what_a_killed_write_on_this_machine_left()
    {
        string deep = Place(Path.Combine("student", $"model.json.{s_ended}"));
        string shallow = Place($"config.yaml.{s_ended}");

        Remains.Clear(_folder, depth: 1);

        Assert.False(File.Exists(deep));
        Assert.False(File.Exists(shallow));
    }

    [Fact]
    public void Leaves_what_somebody_is_writing()
    {
        string path = Place($"config.yaml.{s_ended}");

        using (new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            Remains.Clear(_folder);
        }

        Assert.True(File.Exists(path));
    }

    [Fact]
    public void Leaves_what_somebody_has_written_and_not_named_yet()
    {
        string path = Place($"config.yaml.{Environment.MachineName}-{Environment.ProcessId}.partial");
        string folder = Folder($"student.{Environment.MachineName}-{Environment.ProcessId}.partial");

        Remains.Clear(_folder);

        Assert.True(File.Exists(path));
        Assert.True(Directory.Exists(folder));
    }

    [Fact]
    public void Clears_what_is_older_than_the_process_that_has_its_number_now()
    {
        string process = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        string path = Place($"config.yaml.{Environment.MachineName}-{process}.partial");
        File.SetLastWriteTimeUtc(path, StartOfThisProcess().AddMinutes(-1));

        Remains.Clear(_folder);

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Clears_folders_that_killed_writes_left()
    {
        string folder = Folder($"student.{s_ended}");
        string held = Folder($"other.{s_ended}");

        using (new FileStream(Path.Combine(held, "model.json"), FileMode.Open, FileAccess.Write, FileShare.None))
        {
            Remains.Clear(_folder);
        }

        Assert.False(Directory.Exists(folder));
        Assert.True(Directory.Exists(held));
    }

    [Fact]
    public void The_first_write_into_a_folder_clears_it()
    {
        string path = Place($"answers.csv.{s_ended}");

        WholeFile.WriteText(Path.Combine(_folder, "other.csv"), "whole");

        Assert.False(File.Exists(path));
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
        string deep = Place(Path.Combine("a", "b", $"model.json.{s_ended}"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "link"), Path.Combine(_folder, "a", "b"));

        Remains.Clear(_folder, depth: 1);

        Assert.True(File.Exists(deep));
        Remains.Clear(Path.Combine(_folder, "none"));
    }

    private static DateTime StartOfThisProcess()
    {
        using var process = Process.GetCurrentProcess();
        return process.StartTime.ToUniversalTime();
    }

    private string Folder(string name) => Path.GetDirectoryName(Place(Path.Combine(name, "model.json")))!;

    private string Place(string name)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "half");
        return path;
    }
}
