using System.Security.Cryptography;
using PromptKD.Runtime;
using static PromptKD.Tests.Runtime.LoopbackServer;

namespace PromptKD.Tests.Runtime;

public sealed class DownloadTests : IDisposable
{
    private static readonly byte[] s_content = [.. Enumerable.Range(0, 1000).Select(index => (byte)(index * 7))];
    private static readonly string s_hash = Convert.ToHexString(SHA256.HashData(s_content));

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };

    private string Target => Path.Combine(_folder, "cache", "file.bin");

    private string Partial => Target + ".partial";

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Fetches_a_file_once_and_reports_its_progress()
    {
        using var server = new LoopbackServer(Whole());
        var reports = new Reports();

        await FetchAsync(server, progress: reports);
        await FetchAsync(server);

        Assert.Equal(s_content, File.ReadAllBytes(Target));
        Assert.False(File.Exists(Partial));
        Assert.Single(server.Requests);
        Assert.Equal(new DownloadProgress(server.Address, 1000, 1000), reports.Last);
    }

    [Fact]
    public async Task Continues_where_the_connection_was_cut()
    {
        using var server = new LoopbackServer(
            Answer("200 OK", s_content[..400], "Content-Length: 1000", "ETag: \"one\""),
            Rest(400));

        await FetchAsync(server);

        Assert.Equal(s_content, File.ReadAllBytes(Target));
        Assert.DoesNotContain("Range:", server.Requests[0], StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Range: bytes=400-\r\n", server.Requests[1], StringComparison.OrdinalIgnoreCase);
        Assert.Contains("If-Range: \"one\"\r\n", server.Requests[1], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Continues_what_an_earlier_run_left()
    {
        using var server = new LoopbackServer(Rest(250));
        WritePartial(s_content[..250]);

        await FetchAsync(server);

        Assert.Equal(s_content, File.ReadAllBytes(Target));
        Assert.Contains("Range: bytes=250-\r\n", server.Requests[0], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Starts_again_where_the_server_ignores_the_range()
    {
        using var server = new LoopbackServer(Whole());
        WritePartial([1, 2, 3]);

        await FetchAsync(server);

        Assert.Equal(s_content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task Starts_again_where_the_server_sends_another_range()
    {
        using var server = new LoopbackServer(Rest(300), Whole());
        WritePartial(s_content[..250]);

        await FetchAsync(server);

        Assert.Equal(s_content, File.ReadAllBytes(Target));
        Assert.DoesNotContain("Range:", server.Requests[1], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Takes_a_partial_file_that_is_already_complete()
    {
        using var server = new LoopbackServer(
            Answer("416 Range Not Satisfiable", [], "Content-Length: 0", "Content-Range: bytes */1000"));
        WritePartial(s_content);

        await FetchAsync(server);

        Assert.Equal(s_content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task Tries_again_when_the_server_is_busy()
    {
        using var server = new LoopbackServer(
            Answer("503 Service Unavailable", [], "Content-Length: 0"),
            Answer("429 Too Many Requests", [], "Content-Length: 0"),
            Whole());

        await FetchAsync(server);

        Assert.Equal(s_content, File.ReadAllBytes(Target));
        Assert.Equal(3, server.Requests.Length);
    }

    [Fact]
    public async Task Gives_up_after_the_last_attempt_and_keeps_what_came()
    {
        using var server = new LoopbackServer(
            Answer("200 OK", s_content[..400], "Content-Length: 1000"),
            Answer("503 Service Unavailable", [], "Content-Length: 0"));

        var error = await Assert.ThrowsAsync<PromptKDException>(() => FetchAsync(server));

        Assert.Contains("attempt 4 (the server answered 503 ", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, server.Requests.Length);
        Assert.Equal(s_content[..400], File.ReadAllBytes(Partial));
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task Takes_a_silent_connection_for_a_lost_one()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var address = new Uri($"http://{silent.LocalEndpoint}/file.bin");
        var download = new Download(_client, pauses: [], patience: TimeSpan.FromMilliseconds(50));

        var error = await Assert.ThrowsAsync<PromptKDException>(
            () => download.FetchAsync(address, Target, s_hash, null, TestContext.Current.CancellationToken));

        Assert.Contains("nothing came for 0.05 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_at_once_that_there_is_no_such_server()
    {
        var download = new Download(_client, [TimeSpan.FromHours(1)], TimeSpan.FromSeconds(30));

        // RFC 2606 keeps the domain "invalid" free.
        var error = await Assert.ThrowsAsync<PromptKDException>(() => download.FetchAsync(
            new Uri("http://promptkd.invalid/file.bin"), Target, s_hash, null, TestContext.Current.CancellationToken));

        Assert.StartsWith("No connection: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("promptkd.invalid", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_at_once_that_there_is_no_such_file()
    {
        using var server = new LoopbackServer(Answer("404 Not Found", [], "Content-Length: 0"));

        var error = await Assert.ThrowsAsync<PromptKDException>(() => FetchAsync(server));

        Assert.Equal($"{server.Address}: the server answered 404 Not Found. Is the address right?", error.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Deletes_a_file_with_another_hash_and_names_both()
    {
        using var server = new LoopbackServer(Whole());
        string wanted = new('0', 64);

        var error = await Assert.ThrowsAsync<PromptKDException>(() => FetchAsync(server, wanted));

        Assert.Contains(s_hash, error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(wanted, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
        Assert.False(File.Exists(Partial));
    }

    [Fact]
    public async Task Lets_only_one_of_two_fetch_the_same_file()
    {
        using var server = new LoopbackServer(Whole());

        await Task.WhenAll(FetchAsync(server), FetchAsync(server), FetchAsync(server));

        Assert.Equal(s_content, File.ReadAllBytes(Target));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Stops_when_it_is_cancelled_and_keeps_what_came()
    {
        using var server = new LoopbackServer(Answer("200 OK", s_content[..400], "Content-Length: 1000"));
        using var cancellation = new CancellationTokenSource();
        var download = new Download(_client, [TimeSpan.FromHours(1)], TimeSpan.FromSeconds(30));

        Task fetching = download.FetchAsync(
            server.Address, Target, s_hash, new CancelOnReport(cancellation), cancellation.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching);
        Assert.Equal(s_content[..400], File.ReadAllBytes(Partial));
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task Says_which_file_it_cannot_write()
    {
        using var server = new LoopbackServer(Whole());
        File.WriteAllText(Path.GetDirectoryName(Target)!, "a file where the folder should be");

        var error = await Assert.ThrowsAsync<PromptKDException>(() => FetchAsync(server));

        Assert.Contains(Target, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 1000")]
    [InlineData("X-Length: none")] // Then only the end of the connection ends it.
    public async Task Takes_no_more_than_the_file_can_have(string header)
    {
        using var server = new LoopbackServer(Answer("200 OK", s_content, header));
        var download = new Download(_client, [], TimeSpan.FromSeconds(30)) { MostBytes = 999 };

        var error = await Assert.ThrowsAsync<PromptKDException>(
            () => download.FetchAsync(server.Address, Target, s_hash, null, TestContext.Current.CancellationToken));

        Assert.Contains("sends more than 999 bytes", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
        Assert.Equal(0, new FileInfo(Partial).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".partial")]
    [InlineData(".lock")]
    public async Task Writes_through_no_link(string ending)
    {
        using var server = new LoopbackServer(Whole());
        string victim = Path.Combine(_folder, "victim");
        File.WriteAllText(victim, "mine");
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        File.CreateSymbolicLink(Target + ending, ending.Length == 0 ? victim + "-to-be" : victim);

        var error = await Assert.ThrowsAsync<PromptKDException>(() => FetchAsync(server));

        Assert.Contains("is a link to", error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(victim));
        Assert.False(File.Exists(victim + "-to-be"));
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("file:///etc/hostname")]
    [InlineData("ftp://127.0.0.1/file")]
    public async Task Follows_no_redirection_to_another_kind_of_address(string elsewhere)
    {
        using var server = new LoopbackServer(Answer("302 Found", [], $"Location: {elsewhere}", "Content-Length: 0"));

        await Assert.ThrowsAsync<PromptKDException>(() => FetchAsync(server));
        Assert.False(File.Exists(Target));
    }

    private static byte[] Whole() => Answer("200 OK", s_content, "Content-Length: 1000");

    private static byte[] Rest(int start) => Answer(
        "206 Partial Content",
        s_content[start..],
        $"Content-Length: {1000 - start}",
        $"Content-Range: bytes {start}-999/1000");

    private Task FetchAsync(LoopbackServer server, string? hash = null, IProgress<DownloadProgress>? progress = null)
    {
        var download = new Download(
            _client, [TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero], patience: TimeSpan.FromSeconds(30));
        return download.FetchAsync(
            server.Address, Target, hash ?? s_hash, progress, TestContext.Current.CancellationToken);
    }

    private void WritePartial(byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        File.WriteAllBytes(Partial, content);
    }

    private sealed class Reports : IProgress<DownloadProgress>
    {
        public DownloadProgress Last { get; private set; }

        public void Report(DownloadProgress value) => Last = value;
    }

    private sealed class CancelOnReport(CancellationTokenSource cancellation) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => cancellation.Cancel();
    }
}
