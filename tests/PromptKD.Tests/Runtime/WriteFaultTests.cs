using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class WriteFaultTests
{
    private const int NotImplemented = 38;
    private const int DiskFull = 28;

    [Fact]
    public void A_link_that_cannot_be_made_says_what_to_do_without() => Assert.Equal(
        "Cannot write the link 'a/b.png': Function not implemented. Where a file system holds no links, leave out "
        + "Links: copies are made then.",
        WriteFault.OfLink("a/b.png", new IOException("Function not implemented : 'a/b.png'", NotImplemented)).Message);

    [Fact]
    public void On_a_full_disk_copies_would_not_help_either() => Assert.Equal(
        "Cannot write the link 'a/b.png': No space left on device. Make room there, then start the same command again.",
        WriteFault.OfLink("a/b.png", new IOException("No space left on device : 'a/b.png'", DiskFull)).Message);
}
