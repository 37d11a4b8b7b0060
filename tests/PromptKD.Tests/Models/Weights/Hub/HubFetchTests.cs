using System.Security.Cryptography;
using System.Text;
using PromptKD.Models.Weights.Hub;
using PromptKD.Tests.Runtime;

namespace PromptKD.Tests.Models.Weights.Hub;

public sealed class HubFetchTests : IDisposable
{
    private const string Repository = "org/name";
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private const string Configuration = "{}";

    private static readonly byte[] s_weights = [.. Enumerable.Range(0, 500).Select(index => (byte)(index * 3))];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Model => Path.Combine(_folder, "models--org--name");

    private string Snapshot => Path.Combine(Model, "snapshots", Commit);

    // git hash-object of a file that holds {}: 9e26dfeeb6e641a33dae4961196235bdb965b21b.
    private static string GitDigest => "9e26dfeeb6e641a33dae4961196235bdb965b21b";

    private static string WeightsDigest => Convert.ToHexStringLower(SHA256.HashData(s_weights));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Fetches_into_the_layout_of_Hugging_Faces_own_programs()
    {
        using var server = new LoopbackServer(Listing(), Small(), SmallBody(), Large(WeightsDigest), Body());

        string folder = Fetch(server);

        Assert.Equal(Snapshot, folder);
        Assert.Equal(Commit, File.ReadAllText(Path.Combine(Model, "refs", "main")));
        Assert.Equal(s_weights, File.ReadAllBytes(Path.Combine(Model, "blobs", WeightsDigest)));
        Assert.Equal(Configuration, File.ReadAllText(Path.Combine(Model, "blobs", GitDigest)));
        Assert.Equal(s_weights, File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
        Assert.Equal(
            $"../../blobs/{WeightsDigest}", new FileInfo(Path.Combine(folder, "model.safetensors")).LinkTarget);
        Assert.Equal(
            ["config.json", "model.safetensors"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order());
        Assert.StartsWith("GET /api/models/org/name/revision/main ", server.Requests[0], StringComparison.Ordinal);
        Assert.StartsWith(
            $"HEAD /org/name/resolve/{Commit}/config.json ", server.Requests[1], StringComparison.Ordinal);
        Assert.All(
            server.Requests,
            request => Assert.Contains("Authorization: Bearer secret\r\n", request, StringComparison.Ordinal));
        Assert.Equal(folder, Cache(server).Find(Repository));
    }

    [Theory]
    [InlineData(false, "the file that came has the SHA-256")]
    [InlineData(true, "git's digest")]
    public void What_hashes_otherwise_is_not_kept(bool isSmall, string expected)
    {
        using LoopbackServer server = isSmall
            ? new LoopbackServer(
                Listing(), Small(), LoopbackServer.Answer("200 OK", "[]"u8.ToArray(), "Content-Length: 2"))
            : new LoopbackServer(Listing(), Small(), SmallBody(), Large(new string('0', 64)), Body());

        string message = Assert.Throws<PromptKDException>(() => Fetch(server)).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Model, "refs", "main")));
        Assert.Null(Cache(server).Find(Repository));
        Assert.False(File.Exists(Path.Combine(Model, "blobs", isSmall ? GitDigest : new string('0', 64))));
    }

    [Theory]
    [InlineData("404 Not Found", "has no such repository or file")]
    [InlineData("401 Unauthorized", "HF_TOKEN is set")]
    [InlineData("500 Internal Server Error", "the server answered 500")]
    public void Refusals_of_the_server_are_said_in_one_line(string status, string expected)
    {
        using var server = new LoopbackServer(LoopbackServer.Answer(status, [], "Content-Length: 0"));

        string message = Assert.Throws<PromptKDException>(() => Fetch(server)).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("{\"sha\":\"../../etc\",\"siblings\":[]}")]
    [InlineData("{\"siblings\":[]}")]
    [InlineData("[]")]
    public void Answers_of_another_server_are_no_listing(string answer)
    {
        using var server = new LoopbackServer(Text(answer));

        Assert.Contains(
            "does not answer as Hugging Face's hub does",
            Assert.Throws<PromptKDException>(() => Fetch(server)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_weights_nothing_is_fetched()
    {
        using var server = new LoopbackServer(
            Text($"{{\"sha\":\"{Commit}\",\"siblings\":[{{\"rfilename\":\"../evil.safetensors\"}}]}}"));

        Assert.Contains(
            "has no weights that are read here",
            Assert.Throws<PromptKDException>(() => Fetch(server)).Message,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(Model));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ETag: \"../../../evil\"")]
    [InlineData("ETag: \"0123\"")]
    public void A_file_whose_digest_nobody_says_is_not_fetched(string header)
    {
        using var server = new LoopbackServer(
            Listing(), LoopbackServer.Answer("200 OK", [], header.Length == 0 ? [] : [header]));

        Assert.Contains(
            "does not say what the file hashes to",
            Assert.Throws<PromptKDException>(() => Fetch(server)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nobody_answers_one_line_says_it()
    {
        HubCache cache = HubCache.Of(
            name => name == "HF_ENDPOINT" ? "http://127.0.0.1:9" : name == "HF_HUB_CACHE" ? _folder : null, _folder);

        string message = Assert.Throws<PromptKDException>(
            () => new HubFetch(cache, observer: null).Fetch(
                "hf:org/name", Repository, TestContext.Current.CancellationToken)).Message;

        Assert.StartsWith("hf:org/name: not in ", message, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Offline_nothing_is_asked()
    {
        HubCache cache = HubCache.Of(
            name => name switch { "HF_HUB_OFFLINE" => "1", "HF_HOME" => _folder, _ => null }, "/home/any");

        Assert.Equal(Path.Combine(_folder, "hub"), cache.Root);
        Assert.Contains(
            "HF_HUB_OFFLINE forbids",
            Assert.Throws<PromptKDException>(() => new HubFetch(cache, observer: null)
                .Fetch("hf:org/name", Repository, TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_out_of_the_cache_is_not_read()
    {
        string secret = Path.Combine(_folder, "secret");
        File.WriteAllText(secret, "x");
        Directory.CreateDirectory(Snapshot);
        Directory.CreateDirectory(Path.Combine(Model, "refs"));
        File.WriteAllText(Path.Combine(Model, "refs", "main"), Commit);
        File.WriteAllText(Path.Combine(Snapshot, "config.json"), "{}");
        File.CreateSymbolicLink(Path.Combine(Snapshot, "model.safetensors"), secret);
        HubCache cache = HubCache.Of(name => name == "HF_HUB_CACHE" ? _folder : null, _folder);

        Assert.Contains(
            "which is no content of this cache",
            Assert.Throws<PromptKDException>(() => cache.Find(Repository)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, null, "/home/any/.cache/huggingface/hub")]
    [InlineData("/hub", "/home2", "/xdg", "/hub")]
    [InlineData(null, "/home2", "/xdg", "/home2/hub")]
    [InlineData(null, null, "/xdg", "/xdg/huggingface/hub")]
    public void Its_folder_is_where_Hugging_Faces_programs_have_it(
        string? hub, string? home, string? shared, string expected)
    {
        HubCache cache = HubCache.Of(
            name => name switch { "HF_HUB_CACHE" => hub, "HF_HOME" => home, "XDG_CACHE_HOME" => shared, _ => null },
            "/home/any");

        Assert.Equal(Path.GetFullPath(expected), cache.Root);
        Assert.Equal("https://huggingface.co/", cache.Endpoint.AbsoluteUri);
    }

    [Theory]
    [InlineData("hf:org/name", "org/name")]
    [InlineData("open_clip:timm/ViT-B-16-SigLIP", "timm/ViT-B-16-SigLIP")]
    [InlineData("DINOv2:small", "facebook/dinov2-small")]
    [InlineData("siglip2:so400m-patch16-256", "google/siglip2-so400m-patch16-256")]
    [InlineData("openai:ViT-B/16", null)]
    [InlineData("C:\\models\\clip", null)]
    [InlineData("some/folder", null)]
    public void Names_lead_to_repositories(string name, string? repository) =>
        Assert.Equal(repository, HubName.RepositoryOf(name));

    [Theory]
    [InlineData("hf:org", "expected hf:ORG/NAME")]
    [InlineData("hf:../..", "expected hf:ORG/NAME")]
    [InlineData("hf:org/na..me", "expected hf:ORG/NAME")]
    [InlineData("hf:a/b/c", "expected hf:ORG/NAME")]
    [InlineData("dinov2:tiny", "Known are dinov2:small, dinov2:base")]
    public void Names_of_nothing_are_refused(string name, string expected) => Assert.Contains(
        expected, Assert.Throws<PromptKDException>(() => HubName.RepositoryOf(name)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("model-00001-of-00002.safetensors", false)]
    [InlineData("model-00001-of-00001.safetensors", true)]
    [InlineData("pytorch_model.bin", true)]
    public void A_model_is_here_when_all_its_parts_are(string weights, bool isHere)
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), "{}");
        File.WriteAllText(Path.Combine(_folder, weights), "");

        Assert.Equal(isHere, HubFiles.Missing(_folder) is null);
    }

    private HubCache Cache(LoopbackServer server) => HubCache.Of(
        name => name switch
        {
            "HF_ENDPOINT" => server.Address.GetLeftPart(UriPartial.Authority),
            "HF_HUB_CACHE" => _folder,
            "HF_TOKEN" => "secret",
            _ => null,
        },
        _folder);

    private string Fetch(LoopbackServer server) =>
        new HubFetch(Cache(server), observer: null) { Pauses = [] }.Fetch(
            "hf:org/name", Repository, TestContext.Current.CancellationToken);

    private static byte[] Listing() => Text(
        $"{{\"sha\":\"{Commit}\",\"siblings\":[{{\"rfilename\":\"README.md\"}},{{\"rfilename\":\"model.safetensors\"}},"
        + "{\"rfilename\":\"config.json\"}]}");

    private static byte[] Text(string body) =>
        LoopbackServer.Answer(
            "200 OK", Encoding.UTF8.GetBytes(body), $"Content-Length: {Encoding.UTF8.GetByteCount(body)}");

    private static byte[] Small() =>
        LoopbackServer.Answer("200 OK", [], $"ETag: \"{GitDigest}\"", $"Content-Length: {Configuration.Length}");

    private static byte[] SmallBody() => Text(Configuration);

    private static byte[] Large(string digest) => LoopbackServer.Answer(
        "302 Found", [], "ETag: \"other\"", $"X-Linked-Etag: \"{digest}\"", "Location: /elsewhere",
        "Content-Length: 0");

    private static byte[] Body() => LoopbackServer.Answer("200 OK", s_weights, $"Content-Length: {s_weights.Length}");
}
