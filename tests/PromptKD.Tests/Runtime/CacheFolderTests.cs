using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class CacheFolderTests
{
    [Theory]
    [InlineData("/elsewhere", "/xdg", "/elsewhere")]
    [InlineData("", "/xdg", "/xdg/promptkd")]
    [InlineData(null, "/xdg", "/xdg/promptkd")]
    [InlineData(null, "relative", "/home/ada/.cache/promptkd")]
    [InlineData(null, null, "/home/ada/.cache/promptkd")]
    public void Follows_the_environment_on_Linux(string? chosen, string? xdg, string expected)
    {
        Assert.SkipUnless(Path.DirectorySeparatorChar == '/', "Paths of Windows look different.");

        string folder = CacheFolder.Find(
            name => name == CacheFolder.Variable ? chosen : name == "XDG_CACHE_HOME" ? xdg : null,
            home: "/home/ada",
            localData: "/unused",
            isWindows: false,
            isMac: false);

        Assert.Equal(expected, folder);
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative")]
    public void Is_never_the_current_folder(string home)
    {
        Assert.SkipUnless(Path.DirectorySeparatorChar == '/', "Paths of Windows look different.");

        Assert.Equal("/.cache/promptkd", CacheFolder.Find(_ => null, home, "/unused", isWindows: false, isMac: false));
    }

    [Fact]
    public void Is_where_Windows_and_macOS_keep_caches()
    {
        Assert.Equal(
            Path.Combine("local", "promptkd"),
            CacheFolder.Find(_ => null, "home", "local", isWindows: true, isMac: false));
        Assert.Equal(
            Path.Combine("home", "Library", "Caches", "promptkd"),
            CacheFolder.Find(_ => null, "home", "local", isWindows: false, isMac: true));
    }
}
