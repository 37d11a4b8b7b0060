using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class WatchedFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_that_stays_as_it_was_may_be_watched_twice()
    {
        var watched = new WatchedFiles();
        string file = Write("a", "one");

        watched.Add([file]);
        watched.Add([file]);

        watched.RefuseChanged();
    }

    [Theory]
    [InlineData("in place", "changed")]
    [InlineData("by another", "changed")]
    [InlineData("gone", "gone")]
    public void A_file_that_changed_since_it_was_first_watched_is_named(string how, string expected)
    {
        var watched = new WatchedFiles();
        string file = Write("a", "one");
        watched.Add([Write("b", "still"), file]);
        Change(how, file);
        watched.Add([file]); // The first look counts: it was opened then.

        var error = Assert.Throws<PromptKDException>(watched.RefuseChanged);

        Assert.StartsWith($"{file}: {expected} while it was read, so ", error.Message, StringComparison.Ordinal);
    }

    private void Change(string how, string file)
    {
        switch (how)
        {
            case "in place":
                File.AppendAllText(file, "more");
                break;
            case "by another":
                File.Move(Write("c", "other letters"), file, overwrite: true);
                break;
            default:
                File.Delete(file);
                break;
        }
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
