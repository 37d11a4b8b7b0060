using PromptKD.Text;

namespace PromptKD.Tests.Text;

public sealed class MergeFileTests : IDisposable
{
    private static readonly MergePair[] s_expected = [new("a", "b"), new("ab", "c</w>")];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("merges.txt", "#version: 0.2\na b\nab c</w>\n")]
    [InlineData("merges.txt", "a b\nab c</w>")]
    [InlineData("merges.txt", "a b\r\nab c</w>\r\n\r\n")]
    [InlineData("tokenizer.json", """{"model":{"merges":["a b","ab c</w>"]}}""")]
    [InlineData("tokenizer.json", """{"model":{"merges":[["a","b"],["ab","c</w>"]]}}""")]
    [InlineData("tokenizer.json", """{"model":{"vocab":{"<|startoftext|>":514},"merges":["a b","ab c</w>"]}}""")]
    public void Reads_each_form_of_Hugging_Face(string name, string content) =>
        Assert.Equal(s_expected, MergeFile.Read(Write(name, content)));

    [Fact]
    public void Reads_OpenAI_s_compressed_file_but_not_half_of_it()
    {
        string path = Path.Combine(_folder, "vocabulary.txt.gz");
        using (var stream = new System.IO.Compression.GZipStream(
            File.Create(path), System.IO.Compression.CompressionLevel.Fastest))
        {
            stream.Write("\"heading\na b\nab c</w>\n"u8);
        }

        Assert.Equal(s_expected, MergeFile.Read(path));

        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^9]);
        var error = Assert.Throws<PromptKDException>(() => MergeFile.Read(path));
        Assert.Equal($"{path}: the file is cut short. Fetch it again.", error.Message);
    }

    [Fact]
    public void Does_not_unpack_more_than_a_vocabulary()
    {
        string path = Path.Combine(_folder, "vocabulary.txt.gz");
        using (var stream = new System.IO.Compression.GZipStream(
            File.Create(path), System.IO.Compression.CompressionLevel.Fastest))
        {
            stream.Write(new byte[9 << 20]);
        }

        var error = Assert.Throws<PromptKDException>(() => MergeFile.Read(path));

        Assert.Equal(
            $"{path}: cannot be read as a vocabulary (unpacked, it has more than {8 << 20} bytes, which no vocabulary of CLIP's "
            + "has).",
            error.Message);
    }

    [Theory]
    [InlineData("tokenizer.json", "{\"model\":{\"merges\":[\"\\ud800 b\"]}}")]
    [InlineData("tokenizer.json", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public void What_is_odd_in_a_file_is_one_line(string name, string content) =>
        Assert.Throws<PromptKDException>(() => MergeFile.Read(Write(name, content)));

    [Fact]
    public void Reads_the_merges_beside_a_table_of_tokens()
    {
        Write("merges.txt", "a b\nab c</w>\n");

        Assert.Equal(s_expected, MergeFile.Read(Write("vocab.json", """{"a":0,"b":1}""")));
    }

    [Theory]
    [InlineData("vocab.json", """{"a":0,"b":1}""", "takes the merges.txt of the same model beside it")]
    [InlineData("tokenizer.json", """{"model":{}}""", "has no model.merges")]
    [InlineData("tokenizer.json", """{"model":{"merges":["a b","abc"]}}""", "model.merges[1]")]
    [InlineData("tokenizer.json", """{"model":{"merges":[["a","b"],["a",2]]}}""", "not [\"a\",2]")]
    [InlineData(
        "tokenizer.json",
        """{"model":{"vocab":{"<|startoftext|>":0},"merges":["a b"]}}""",
        "has the id 0, but a CLIP vocabulary of 1 merges gives it 513")]
    [InlineData(
        "tokenizer.json", """{"model":{"vocab":{"<|startoftext|>":"513"},"merges":["a b"]}}""", "has the id \"513\"")]
    [InlineData("tokenizer.json", """{"model":{"merges":["\ud800 b"]}}""", "cannot be read as a vocabulary")]
    [InlineData("tokenizer.json", "{", "cannot be read as a vocabulary")]
    [InlineData("merges.txt", "#version: 0.2\na b\na b c\n", "merges.txt:3: a merge is two symbols")]
    [InlineData("merges.txt", "a b\n\nab c</w>\n", "merges.txt:2: a merge is two symbols")]
    [InlineData("merges.txt", "#version: 0.2\n", "has no merges")]
    [InlineData("merges.txt.gz", "not compressed", "cannot be read as a vocabulary")]
    [InlineData("vocabulary.bin", "", "not a vocabulary")]
    public void Says_what_is_wrong_with_a_file(string name, string content, string expected)
    {
        var error = Assert.Throws<PromptKDException>(() => MergeFile.Read(Write(name, content)));

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_that_a_file_is_missing() =>
        Assert.Equal("No vocabulary at 'nowhere.txt'.", Assert.Throws<PromptKDException>(
            () => MergeFile.Read("nowhere.txt")).Message);

    [Fact]
    public void Refuses_a_merge_of_what_no_earlier_merge_makes()
    {
        string path = Write("merges.txt", "a b\nxy z\n");

        var error = Assert.Throws<PromptKDException>(() => ClipTokenizer.Load(path));

        Assert.Contains("merge 2 joins 'xy' and 'z'", error.Message, StringComparison.Ordinal);
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
