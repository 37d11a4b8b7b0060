using System.Runtime.InteropServices;

namespace PromptKD.Cli.Terminal;

/// <summary>
/// Standard output or error as the operating system has it. The console of .NET takes a closed pipe for success, so
/// that a program whose reader has gone works on for nobody. What comes behind the first fault is dropped.
/// </summary>
/// <param name="descriptor">1 for output, 2 for error.</param>
/// <param name="onLost">Told of the first fault; what it throws is thrown on.</param>
internal sealed partial class OutputStream(int descriptor, Action<IOException> onLost) : Stream
{
    private const int Interrupted = 4;

    // EAGAIN of Linux, of macOS: whoever started the program reads without waiting, and so has made us write.
    private static readonly int[] s_later = [11, 35];
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    // Windows has no write that takes a number for a file.
    private readonly Stream? _console = !OperatingSystem.IsWindows() ? null
        : descriptor == 1 ? Console.OpenStandardOutput()
        : Console.OpenStandardError();

    private readonly bool _isClosed = Surroundings.LeadsBack(descriptor);

    private bool _isLost;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            if (!_isLost)
            {
                WriteAll(buffer);
            }
        }
        catch (IOException fault)
        {
            _isLost = true;
            onLost(fault);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is held back.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private void WriteAll(ReadOnlySpan<byte> buffer)
    {
        if (_isClosed)
        {
            throw new IOException("It was closed from the start");
        }

        if (_console is not null)
        {
            _console.Write(buffer);
            return;
        }

        while (buffer.Length > 0)
        {
            nint written = WriteSome(descriptor, buffer, buffer.Length);
            int fault = Marshal.GetLastPInvokeError();
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
            }
            else if (s_later.Contains(fault))
            {
                Thread.Sleep(s_pause);
            }
            else if (fault != Interrupted)
            {
                throw new IOException(Marshal.GetPInvokeErrorMessage(fault), fault);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint WriteSome(int descriptor, ReadOnlySpan<byte> buffer, nint count);
}
