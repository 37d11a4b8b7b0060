using PromptKD.Runtime.Remote;

namespace PromptKD.Tests.Runtime.Remote;

public sealed class RemoteAddressTests
{
    // What bash 5.2 makes of the same patterns.
    [Theory]
    [InlineData("s3://b/x-{08..11}.tar", "s3://b/x-08.tar s3://b/x-09.tar s3://b/x-10.tar s3://b/x-11.tar")]
    [InlineData("s3://b/x-{9..10}.tar", "s3://b/x-9.tar s3://b/x-10.tar")]
    [InlineData("s3://b/x-{1..003}.tar", "s3://b/x-001.tar s3://b/x-002.tar s3://b/x-003.tar")]
    [InlineData("s3://b/{a,b}/{0..1}.tar", "s3://b/a/0.tar s3://b/a/1.tar s3://b/b/0.tar s3://b/b/1.tar")]
    [InlineData("https://h/one.tar", "https://h/one.tar")]
    public void Expands_what_a_shell_would(string pattern, string expected) =>
        Assert.Equal(expected.Split(' '), RemoteAddress.Expand(pattern));

    [Theory]
    [InlineData("s3://b/{3..1}.tar")]
    [InlineData("s3://b/{x}.tar")]
    [InlineData("s3://b/{0..3.tar")]
    [InlineData("s3://b/0..3}.tar")]
    [InlineData("s3://b/{}.tar")]
    [InlineData("s3://b/{0..99999999999}.tar")]
    [InlineData("s3://b/{0..9999}{0..9999}.tar")]
    public void Refuses_braces_that_say_nothing_or_too_much(string pattern) =>
        Assert.Throws<PromptKDException>(() => RemoteAddress.Expand(pattern));

    [Theory]
    [InlineData("s3://bucket/a.tar", true)]
    [InlineData("https://h/a.tar", true)]
    [InlineData("gs://bucket/a.tar", true)]
    [InlineData("source:mine", false)]
    [InlineData("C:/photos", false)]
    [InlineData("photos//a", false)]
    public void Tells_addresses_from_paths(string path, bool expected) =>
        Assert.Equal(expected, RemoteAddress.IsRemote(path));

    [Fact]
    public void Keeps_a_signature_for_reading_and_nowhere_else()
    {
        string shown = RemoteAddress.WithoutQuery("https://h/signed-{0..1}.tar?sig=secret&x=1");

        Assert.Equal("https://h/signed-{0..1}.tar", shown);
        Assert.Equal(
            ["https://h/signed-0.tar?sig=secret&x=1", "https://h/signed-1.tar?sig=secret&x=1"],
            RemoteAddress.Expand(shown).Select(RemoteAddress.WithQuery));
    }

    [Fact]
    public void Leaves_paths_and_keys_with_question_marks_as_they_are()
    {
        Assert.Equal("photos/why?.tar", RemoteAddress.WithoutQuery("photos/why?.tar"));
        Assert.Equal("s3://bucket/why?.tar", RemoteAddress.WithoutQuery("s3://bucket/why?.tar"));
    }

    [Fact]
    public void Refuses_a_password_without_saying_it()
    {
        PromptKDException mistake = Assert.Throws<PromptKDException>(
            () => RemoteAddress.WithoutQuery("https://me:hush@host/a.tar"));

        Assert.StartsWith("An address at host has a name or password", mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://b/set/", "s3://b/set/shard-0.tar/1.png", "shard-0.tar/1.png")]
    [InlineData("s3://b/set", "s3://b/set/shard-0.tar/1.png", "shard-0.tar/1.png")]
    [InlineData("s3://b/set/shard-{0..3}.tar", "s3://b/set/shard-0.tar/1.png", "shard-0.tar/1.png")]
    [InlineData("s3://b/set/shard-0.tar", "s3://b/set/shard-0.tar/cat/1.png", "cat/1.png")]
    [InlineData("s3://other/", "s3://b/set/shard-0.tar/1.png", "s3://b/set/shard-0.tar/1.png")]
    public void Names_pictures_as_below_a_folder(string root, string path, string expected) =>
        Assert.Equal(expected, RemoteAddress.NameFrom(root, path));
}
