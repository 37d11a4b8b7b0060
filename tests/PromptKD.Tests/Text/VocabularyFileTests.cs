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
    public void Prefers_what_is_named_then_the_variable_then_the_model_then_the_cache()
    {
        string cached = Touch("cache", "bpe_simple_vocab_16e6.txt.gz");
        Assert.Equal(cached, Find());

        string beside = Touch("model", "merges.txt");
        Assert.Equal(beside, Find());

        string variable = Touch("", "variable.txt");
        Assert.Equal(variable, Find(variable: variable));

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

    private string? Find(string? named = null, string? variable = null) =>
        VocabularyFile.Find(named, variable, Path.Combine(_folder, "model"), Path.Combine(_folder, "cache"));

    private string Touch(string folder, string name)
    {
        string path = Path.Combine(_folder, folder, name);
        File.WriteAllText(path, "");
        return path;
    }
}
