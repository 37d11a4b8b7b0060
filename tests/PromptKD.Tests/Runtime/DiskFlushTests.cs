using Microsoft.Win32.SafeHandles;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class DiskFlushTests : IDisposable
{
    private const int BadDescriptor = 9; // EBADF

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void What_does_not_reach_the_disk_is_said()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There .NET itself says so.");
        using var nowhere = new SafeFileHandle(-1, ownsHandle: false);

        var error = Assert.Throws<IOException>(() => DiskFlush.Run(nowhere));

        Assert.Equal(BadDescriptor, error.HResult);
        Assert.Equal("Bad file descriptor", error.Message);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/full")]
    public void A_file_that_lies_on_no_disk_is_passed_over(string device)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's devices.");
        using var stream = new FileStream(device, FileMode.Open, FileAccess.Write);

        Assert.Null(Record.Exception(() => DiskFlush.Run(stream)));
    }

    [Fact]
    public void What_the_stream_holds_back_is_written()
    {
        using var stream = new FileStream(_file, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 4096);
        stream.Write("held"u8);

        DiskFlush.Run(stream);

        using var other = new FileStream(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Assert.Equal(4, other.Length);
    }
}
