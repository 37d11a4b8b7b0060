using PromptKD.Runtime.Remote;

namespace PromptKD.Tests.Runtime.Remote;

public sealed class RemoteStreamTests
{
    private static readonly byte[] s_content =
        [.. Enumerable.Range(0, 4_000_000).Select(index => (byte)(index * 7 / 3))];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_a_file_to_its_end_with_one_request()
    {
        await using FileServer server = await FileServer.StartAsync(("/a.tar", s_content));
        using var stream = new RemoteStream(FileOf(server), Stop);
        var copy = new MemoryStream();

        stream.CopyTo(copy);

        Assert.Equal(s_content, copy.ToArray());
        Assert.Equal("GET /a.tar bytes=0-", Assert.Single(server.Requests));
    }

    [Theory]
    [InlineData(0, 512, 1)]
    [InlineData(0, 900_000, 1)]
    [InlineData(0, 3_000_000, 2)]
    [InlineData(3_000_000, 20, 3)]
    public async Task Reads_through_short_ways_and_asks_anew_for_long_ones(int first, int second, int requests)
    {
        await using FileServer server = await FileServer.StartAsync(("/a.tar", s_content));
        using var stream = new RemoteStream(FileOf(server), Stop);
        byte[] bytes = new byte[300];
        Assert.Equal(s_content.Length, stream.Length);

        foreach (int place in new[] { first, second })
        {
            stream.Position = place;
            stream.ReadExactly(bytes);
            Assert.Equal(s_content[place..(place + 300)], bytes);
        }

        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public async Task Goes_on_where_connections_are_cut()
    {
        await using FileServer server = await FileServer.StartAsync(("/a.tar", s_content));
        server.Before = async context =>
        {
            await server.CutAsync(context, 1_300_000);
            return true;
        };
        var patience = new RemotePatience([TimeSpan.FromMilliseconds(5)], TimeSpan.FromMinutes(1));
        using var stream = new RemoteStream(
            new RemoteFile($"{server.Root}/a.tar", HttpFiles.Default, patience), Stop);
        var copy = new MemoryStream();

        stream.CopyTo(copy);

        Assert.Equal(s_content, copy.ToArray());
        Assert.Equal(
            ["0-", "1300000-", "2600000-", "3900000-"], server.Requests.Select(request => request.Split('=')[1]));
    }

    [Fact]
    public async Task Small_parts_in_order_come_from_larger_ones_and_others_alone()
    {
        await using FileServer server = await FileServer.StartAsync(("/a.tar", s_content));
        RemoteFile file = FileOf(server);
        using (var stream = new RemoteStream(file, Stop))
        {
            Assert.Equal(s_content.Length, stream.Length);
        }

        server.Requests.Clear();
        var windows = new RemoteWindows();
        for (int place = 0; place + 10_000 <= 2_000_000; place += 12_000)
        {
            Assert.Equal(s_content[place..(place + 10_000)], windows.Read(file, place, 10_000, Stop).ToArray());
        }

        Assert.Equal(3, server.Requests.Count);
        server.Requests.Clear();

        Assert.Equal(s_content[3_500_000..3_500_100], windows.Read(file, 3_500_000, 100, Stop).ToArray());
        Assert.Equal("GET /a.tar bytes=3500000-3500099", Assert.Single(server.Requests));
    }

    private static RemoteFile FileOf(FileServer server) =>
        new($"{server.Root}/a.tar", HttpFiles.Default, RemotePatience.Default);
}
