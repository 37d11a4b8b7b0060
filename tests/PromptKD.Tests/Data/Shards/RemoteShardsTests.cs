using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using PromptKD.Tests.Runtime.Remote;

namespace PromptKD.Tests.Data.Shards;

public sealed class RemoteShardsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Are_the_same_pictures_as_those_of_a_folder_of_shards()
    {
        await using FileServer server = await StartAsync();
        string remote = $"{server.Root}/set/shard-{{0..1}}.tar";

        PictureDigest local = Digest(_folder, PictureFolder.Unlabelled(_folder, Stop), DigestMemory.None);
        PictureDigest found = Digest(remote, PictureFolder.Unlabelled(remote, Stop), DigestMemory.None);

        Assert.Equal(local.Digest, found.Digest);
        Assert.Equal(["shard-0.tar/a.png", "shard-0.tar/b.png", "shard-1.tar/a.png"],
            found.List.Lines.Select(line => line.Split('\t')[0]));
    }

    [Fact]
    public async Task Have_the_classes_that_the_same_file_has_here()
    {
        await using FileServer server = await FileServer.StartAsync(
            ("/gnu.tar", File.ReadAllBytes(ShardFixtures.GnuTar)));
        string[] names = ["Red Star", "Blue Moon"];

        var local = PictureFolder.Labelled(ShardFixtures.GnuTar, names, stop: Stop);
        var remote = PictureFolder.Labelled($"{server.Root}/gnu.tar", names, stop: Stop);

        Assert.Equal(local.Items.Select(item => item.Label), remote.Items.Select(item => item.Label));
        Assert.Equal("GET /gnu.tar bytes=0-", Assert.Single(server.Requests));
    }

    [Fact]
    public async Task Are_hashed_once_for_as_long_as_the_server_names_the_same_version()
    {
        await using FileServer server = await StartAsync();
        string remote = $"{server.Root}/set/shard-{{0..1}}.tar";
        var memory = DigestMemory.Open(Path.Combine(_folder, ".digests.tsv"));
        PictureDigest first = Digest(remote, PictureFolder.Unlabelled(remote, Stop), memory);

        var again = PictureFolder.Unlabelled(remote, Stop);
        server.Requests.Clear();
        Assert.Equal(first.Digest, Digest(remote, again, memory).Digest);
        Assert.Empty(server.Requests);

        server.Version = "\"two\"";
        PictureFolder other = PictureFolder.Unlabelled(remote, Stop);
        server.Requests.Clear();
        Digest(remote, other, memory);
        Assert.NotEmpty(server.Requests);
    }

    [Fact]
    public async Task A_picture_whose_server_fails_is_not_left_out()
    {
        await using FileServer server = await StartAsync();
        string remote = $"{server.Root}/set/shard-0.tar";
        PictureFolder pictures = PictureFolder.Unlabelled(remote, Stop);
        server.Version = "\"two\"";

        PromptKDException told = Assert.Throws<PromptKDException>(
            () => Digest(remote, pictures, DigestMemory.None));

        Assert.Contains("changed on its server", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/set/", "web servers do not list their files")]
    [InlineData("/set/a.parquet", "of servers, tar archives are read, whose name ends in .tar. Download it")]
    [InlineData("/set/a.png", "of servers, tar archives are read")]
    [InlineData("/set/shard-{0..1}{0..0}.tar", "the server has no such file (404 Not Found)")]
    [InlineData("/set/shard-{0,0}.tar", "is given twice")]
    [InlineData("/set/empty.tar", "the file is empty")]
    [InlineData("/set/page.tar", "not a whole tar archive")]
    [InlineData("/set/zip.tar", "a ZIP archive, not a tar archive. Unpack it")]
    [InlineData("/set/cut.tar", "not a whole tar archive: it ends")]
    public async Task Something_else_is_refused_in_a_line(string path, string expected)
    {
        await using FileServer server = await StartAsync();
        server.Files["/set/empty.tar"] = [];
        server.Files["/set/page.tar"] = ShardFixtures.Text(new string('x', 600));
        server.Files["/set/zip.tar"] = [.. "PK\u0003\u0004"u8, .. new byte[600]];
        server.Files["/set/cut.tar"] = server.Files["/set/shard-0.tar"][..600];

        PromptKDException told = Assert.Throws<PromptKDException>(
            () => PictureFolder.Unlabelled(server.Root + path, Stop));

        Assert.Contains(expected, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cloud_that_nobody_reads_is_named()
    {
        PromptKDException told = Assert.Throws<PromptKDException>(
            () => PictureFolder.Unlabelled("gs://bucket/a.tar", Stop));

        Assert.StartsWith(
            "gs://bucket/a.tar: nothing here reads gs://, but http://", told.Message, StringComparison.Ordinal);
    }

    private static PictureDigest Digest(string root, PictureFolder pictures, DigestMemory memory) =>
        PictureDigest.Compute(root, pictures.Items, memory, checks: false, progress: null, Stop);

    private async Task<FileServer> StartAsync()
    {
        string[] paths = [Path.Combine(_folder, "shard-0.tar"), Path.Combine(_folder, "shard-1.tar")];
        ShardFixtures.WriteTar(
            paths[0], ("a.png", ShardFixtures.Text("one")), ("b.png", ShardFixtures.Text(new string('b', 5000))));
        ShardFixtures.WriteTar(paths[1], ("a.png", ShardFixtures.Text("three")), ("a.cls", ShardFixtures.Text("0")));
        return await FileServer.StartAsync(
            [.. paths.Select(path => ($"/set/{Path.GetFileName(path)}", File.ReadAllBytes(path)))]);
    }
}
