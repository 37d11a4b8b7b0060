using PromptKD.Runtime;
using PromptKD.Tests.Runtime;
using PromptKD.Text;

namespace PromptKD.Tests.Text;

public sealed class VocabularyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public VocabularyFileTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "model"));
        Directory.CreateDirectory(Path.Combine(_folder, "cache"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Prefers_what_is_named_then_the_model_then_the_variable_then_the_cache()
    {
        string cached = Touch("cache", "bpe_simple_vocab_16e6.txt.gz");
        Assert.Equal(cached, Find());

        string variable = Touch("", "variable.txt");
        Assert.Equal(variable, Find(variable: variable));

        string beside = Touch("model", "merges.txt");
        Assert.Equal(beside, Find(variable: variable));

        string named = Touch("", "named.txt");
        Assert.Equal(named, Find(named, variable));
    }

    [Theory]
    [InlineData("bpe_simple_vocab_16e6.txt.gz")]
    [InlineData("merges.txt")]
    [InlineData("tokenizer.json")]
    [InlineData("vocab.json")]
    public void Looks_in_the_model_s_folder_and_beside_its_file(string name)
    {
        string vocabulary = Touch("model", name);
        string weights = Touch("model", "model.safetensors");

        Assert.Equal(vocabulary, Find());
        Assert.Equal(vocabulary, VocabularyFile.Find(null, null, weights, Path.Combine(_folder, "cache")));
    }

    [Fact]
    public void Finds_none_where_there_is_none()
    {
        Assert.Null(Find());
        Assert.Null(VocabularyFile.Find(null, null, model: null, Path.Combine(_folder, "no cache")));
    }

    [Fact]
    public void Refuses_a_named_file_that_does_not_exist()
    {
        Assert.Equal("No vocabulary at 'x'.", Assert.Throws<PromptKDException>(() => Find("x")).Message);
        Assert.Equal(
            "PROMPTKD_CLIP_VOCAB names 'y', but there is no such file.",
            Assert.Throws<PromptKDException>(() => Find(variable: "y")).Message);
    }

    [Fact]
    public async Task Says_how_to_do_without_the_download()
    {
        using var server = new LoopbackServer(LoopbackServer.Answer("404 Not Found", [], "Content-Length: 0"));
        using var client = new HttpClient();
        var download = new Download(client, pauses: [], patience: TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<PromptKDException>(() => VocabularyFile.FetchAsync(
            download, server.Address, _folder, null, TestContext.Current.CancellationToken));

        Assert.StartsWith("CLIP's vocabulary is not on this machine", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("beside the model, or name one with Vocab or PROMPTKD_CLIP_VOCAB.", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetches_OpenAI_s_vocabulary_into_the_cache()
    {
        byte[] content = File.ReadAllBytes(ClipVocabulary.Require());
        using var server = new LoopbackServer(
            LoopbackServer.Answer("200 OK", content, $"Content-Length: {content.Length}"));
        using var client = new HttpClient();
        var download = new Download(client, pauses: [], patience: TimeSpan.FromSeconds(30));
        string cache = Path.Combine(_folder, "cache");

        string file = await VocabularyFile.FetchAsync(
            download, server.Address, cache, null, TestContext.Current.CancellationToken);

        Assert.Equal(content, File.ReadAllBytes(file));
        Assert.Equal(file, VocabularyFile.Find(null, null, model: null, cache));
    }

    private string? Find(string? named = null, string? variable = null) =>
        VocabularyFile.Find(named, variable, Path.Combine(_folder, "model"), Path.Combine(_folder, "cache"));

    private string Touch(string folder, string name)
    {
        string path = Path.Combine(_folder, folder, name);
        File.WriteAllText(path, "");
        return path;
    }
}
