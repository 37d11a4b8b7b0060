using Microsoft.AspNetCore.Http;
using PromptKD.Runtime.Remote;

namespace PromptKD.Tests.Runtime.Remote;

public sealed class RemoteFileTests
{
    private static readonly byte[] s_content = [.. Enumerable.Range(0, 300_000).Select(index => (byte)(index * 7 / 3))];

    private static readonly RemotePatience s_patience = new(
        [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(5), 6)], TimeSpan.FromMinutes(1))
    {
        PausesOfStrangers = 3,
    };

    private readonly HandClock _clock = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_the_part_that_is_asked_for()
    {
        await using FileServer server = await Start();

        Assert.Equal(s_content[70..170], await FileOf(server).ReadAsync(70, 100, Stop));
        Assert.Equal("GET /a.tar bytes=70-169", Assert.Single(server.Requests));
    }

    [Fact]
    public async Task Asks_again_where_the_server_is_busy()
    {
        await using FileServer server = await Start();
        int asked = 0;
        server.Before = context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.FromResult(++asked <= 3);
        };

        Assert.Equal(s_content[..9], await FileOf(server).ReadAsync(0, 9, Stop));
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task Goes_on_with_the_byte_that_did_not_come()
    {
        await using FileServer server = await Start();
        int asked = 0;
        server.Before = async context =>
        {
            if (++asked > 3)
            {
                return false;
            }

            await server.CutAsync(context, 50_000);
            return true;
        };

        Assert.Equal(s_content, await FileOf(server).ReadAsync(0, s_content.Length, Stop));
        Assert.Equal(
            ["0", "50000", "100000", "150000"],
            server.Requests.Select(request => request.Split('=', '-')[1]));
    }

    [Fact]
    public async Task Goes_on_where_a_connection_falls_silent()
    {
        await using FileServer server = await Start();
        int asked = 0;
        server.Before = async context =>
        {
            if (++asked > 1)
            {
                return false;
            }

            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return true;
        };

        RemoteFile file = FileOf(server, s_patience with { Silence = TimeSpan.FromMilliseconds(300) });

        Assert.Equal(s_content[5..10], await file.ReadAsync(5, 5, Stop));
    }

    [Fact]
    public async Task Gives_up_in_the_end_and_says_why()
    {
        await using FileServer server = await Start();
        RemoteFile file = FileOf(server);
        await file.ReadAsync(0, 9, Stop);
        server.Before = context =>
        {
            _clock.Seconds += 3;
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.FromResult(true);
        };

        PromptKDException mistake = await Assert.ThrowsAsync<PromptKDException>(() => file.ReadAsync(9, 9, Stop));

        Assert.Equal(
            $"{server.Root}/a.tar: given up after 7 attempts in 21 s (the server answered 503 Service Unavailable). "
            + "When the server answers again, run the same command again.",
            mistake.Message);
    }

    [Fact]
    public async Task Gives_up_sooner_where_nobody_ever_answered()
    {
        var file = new RemoteFile(
            "http://127.0.0.1:1/a.tar", HttpFiles.Default, s_patience with { Clock = _clock });

        PromptKDException mistake = await Assert.ThrowsAsync<PromptKDException>(() => file.ReadAsync(0, 9, Stop));

        Assert.Contains(
            "given up after 4 attempts in 0 s (Connection refused", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_file_that_has_changed()
    {
        await using FileServer server = await Start();
        RemoteFile file = FileOf(server);
        await file.ReadAsync(0, 9, Stop);

        server.Version = "\"two\"";
        PromptKDException told = await Assert.ThrowsAsync<PromptKDException>(() => file.ReadAsync(9, 9, Stop));

        Assert.StartsWith(
            $"{server.Root}/a.tar: changed on its server since it was first read",
            told.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_file_that_has_another_length_where_the_server_names_no_version()
    {
        await using FileServer server = await Start();
        server.Version = "";
        RemoteFile file = FileOf(server);
        await file.ReadAsync(0, 9, Stop);

        server.Files["/a.tar"] = s_content[..^1];
        PromptKDException told = await Assert.ThrowsAsync<PromptKDException>(() => file.ReadAsync(9, 9, Stop));

        Assert.Contains("changed on its server", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCodes.Status404NotFound, "the server has no such file (404 Not Found). Is the address right?")]
    [InlineData(StatusCodes.Status403Forbidden, "not permitted (403 Forbidden). A signed address may have run out")]
    [InlineData(StatusCodes.Status401Unauthorized, "not permitted (401 Unauthorized).")]
    [InlineData(StatusCodes.Status400BadRequest, "the server answered 400 Bad Request. Is the address right?")]
    [InlineData(StatusCodes.Status302Found, "the server answered 302 Found. Is the address right?")]
    public async Task Says_at_once_what_will_not_pass(int status, string expected)
    {
        await using FileServer server = await Start();
        server.Before = context =>
        {
            context.Response.StatusCode = status;
            return Task.FromResult(true);
        };
        string shown = RemoteAddress.WithoutQuery($"{server.Root}/a.tar?signature=hush");

        PromptKDException mistake = await Assert.ThrowsAsync<PromptKDException>(
            () => new RemoteFile(shown, HttpFiles.Default, s_patience).ReadAsync(0, 9, Stop));

        Assert.StartsWith($"{server.Root}/a.tar: {expected}", mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", mistake.ToString(), StringComparison.Ordinal);
        Assert.Equal("GET /a.tar?signature=hush bytes=0-8", Assert.Single(server.Requests));
    }

    [Fact]
    public async Task Refuses_a_server_that_sends_whole_files_without_reading_one()
    {
        await using FileServer server = await Start();
        long sent = 0;
        server.Before = async context =>
        {
            byte[] block = new byte[1 << 16];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
                sent += block.Length;
            }

            return true;
        };

        PromptKDException mistake = await Assert.ThrowsAsync<PromptKDException>(
            () => FileOf(server).ReadAsync(0, 9, Stop));

        Assert.Contains("sends whole files only", mistake.Message, StringComparison.Ordinal);
        Assert.InRange(sent, 0, 64 << 20);
    }

    [Fact]
    public async Task Takes_no_more_than_it_asked_for_from_a_body_without_end()
    {
        await using FileServer server = await Start();
        server.Before = async context =>
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = "bytes 0-8/300000";
            byte[] block = [.. Enumerable.Repeat((byte)5, 1 << 16)];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
            }

            return true;
        };

        Assert.Equal(Enumerable.Repeat((byte)5, 9), await FileOf(server).ReadAsync(0, 9, Stop));
    }

    [Fact]
    public async Task Refuses_another_part_than_it_asked_for()
    {
        await using FileServer server = await Start();
        server.Before = async context =>
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = "bytes 1-9/300000";
            await context.Response.Body.WriteAsync(new byte[9]);
            return true;
        };

        PromptKDException mistake = await Assert.ThrowsAsync<PromptKDException>(
            () => FileOf(server).ReadAsync(0, 9, Stop));

        Assert.Contains("another part (bytes 1-9/300000)", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hears_a_stop_while_it_waits()
    {
        await using FileServer server = await Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        server.Before = async context =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return true;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FileOf(server).ReadAsync(0, 9, stop.Token));
    }

    private static Task<FileServer> Start() => FileServer.StartAsync(("/a.tar", s_content));

    private RemoteFile FileOf(FileServer server, RemotePatience? patience = null) =>
        new($"{server.Root}/a.tar", HttpFiles.Default, (patience ?? s_patience) with { Clock = _clock });
}
