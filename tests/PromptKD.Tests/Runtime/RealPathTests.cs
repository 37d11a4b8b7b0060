using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

/// <summary>Expected places are those of realpath(1).</summary>
public sealed class RealPathTests : IDisposable
{
    private readonly string _folder = RealPath.Of(Directory.CreateTempSubdirectory().FullName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("link", "a/b/c")]
    [InlineData("link/", "a/b/c")]
    [InlineData("link/new/file", "a/b/c/new/file")] // What does not exist stays as it is.
    [InlineData("a/to-b/up", "a")] // b/up is "..", of the place of b, not of a link to it.
    [InlineData("far/up", "a")]
    [InlineData("far/up/to-b/c", "a/b/c")]
    [InlineData("twice/c", "a/b/c")]
    [InlineData("nowhere/x", "gone/x")]
    public void Every_link_on_the_way_is_followed(string path, string expected)
    {
        Directory.CreateDirectory(At("a/b/c"));
        Link("link", At("a/b/c"));
        Link("a/to-b", "b");
        Link("a/b/up", "..");
        Link("far", "a/to-b");
        Link("twice", "far/../b");
        Link("nowhere", "gone");

        Assert.Equal(At(expected), RealPath.Of(At(path)));
    }

    [Fact]
    public void What_lies_in_a_resolved_folder_is_followed_from_there()
    {
        Directory.CreateDirectory(At("a/b"));
        Link("a/next", "b/../b");

        Assert.Equal(At("a/b"), RealPath.Within(At("a"), "next"));
        Assert.Equal(At("a/new"), RealPath.Within(At("a"), "new"));
    }

    [Fact]
    public void A_circle_has_no_place()
    {
        Link("one", "two");
        Link("two", "one");

        Assert.Throws<IOException>(() => RealPath.Of(At("one/x")));
    }

    private string At(string path) => Path.Combine(_folder, path);

    private void Link(string name, string target) => File.CreateSymbolicLink(At(name), target);
}
