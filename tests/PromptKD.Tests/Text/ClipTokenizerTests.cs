using CsCheck;
using PromptKD.Text;

namespace PromptKD.Tests.Text;

public sealed class ClipTokenizerTests : IDisposable
{
    // Ids by hand: '!' is 0, so 'e' is 68, 'w' is 86; at the end of a word 256 more; the merges follow from 512.
    private const int E = 68;
    private const int W = 86;
    private const int Low = 513;
    private const int Lo = 512;
    private const int Er = 514;
    private const int Start = 515;
    private const int End = 516;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly ClipTokenizer _tokenizer;

    public ClipTokenizerTests()
    {
        string path = Path.Combine(_folder, "merges.txt");
        File.WriteAllText(path, "#version: 0.2\nl o\nlo w</w>\ne r</w>\n");
        _tokenizer = ClipTokenizer.Load(path);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Counts_the_bytes_twice_the_merges_and_two_markers()
    {
        Assert.Equal(Start, _tokenizer.StartOfText);
        Assert.Equal(End, _tokenizer.EndOfText);
        Assert.Equal(517, _tokenizer.VocabularySize);
    }

    [Theory]
    [InlineData("", new int[0])]
    [InlineData("low", new[] { Low })]
    [InlineData("  LOW\n", new[] { Low })]
    [InlineData("lower", new[] { Lo, W, Er })]
    [InlineData("lolo low", new[] { Lo, 75, 78 + 256, Low })]
    [InlineData("we", new[] { W, E + 256 })]
    [InlineData("é", new[] { 127, 102 + 256 })]
    [InlineData("low<|endoftext|>", new[] { Low, End })]
    [InlineData("<|StartOfText|>!", new[] { Start, 256 })]
    public void Encodes_as_worked_by_hand(string text, int[] expected)
    {
        // "lolo": both "l o" become "lo"; but the last "o" ends the word, so only the first pair does.
        // "é" is the bytes C3 A9. Visible are 94 of ASCII, then A1 to AC, then from AE on: A9 is 94 + 8, C3 106 + 21.
        Assert.Equal(expected, _tokenizer.Encode(text));
    }

    [Fact]
    public void Puts_a_sequence_between_its_markers_and_pads_it_with_zeros() =>
        Assert.Equal([Start, Low, Lo, W, Er, End, 0, 0], _tokenizer.Tokenize("low lower", contextLength: 8));

    [Fact]
    public void Reads_77_tokens_unless_told_otherwise()
    {
        Assert.Equal(77, _tokenizer.Tokenize("low").Length);
        Assert.Equal(77, _tokenizer.TokenizeTruncated("low").Length);
    }

    [Fact]
    public void Names_a_text_that_is_too_long_and_its_length()
    {
        Assert.Equal([Start, Low, Low, End], _tokenizer.Tokenize("low low", contextLength: 4));

        var error = Assert.Throws<PromptKDException>(() => _tokenizer.Tokenize("low low low", contextLength: 4));

        Assert.Equal(
            "The text \"low low low\" has 5 tokens with its two markers, but the text encoder reads 4. "
            + "Shorten it (of a class, the name or the template).",
            error.Message);
    }

    [Fact]
    public void Cuts_a_text_that_is_too_long_when_asked_to() =>
        Assert.Equal([Start, Low, Lo, End], _tokenizer.TokenizeTruncated("low lower", contextLength: 4));

    [Fact]
    public void Decodes_with_a_blank_behind_every_word() =>
        Assert.Equal("<|startoftext|>lower low é ", _tokenizer.Decode([Start, Lo, W, Er, Low, 127, 102 + 256]));

    [Fact]
    public void Refuses_to_decode_what_is_not_in_the_vocabulary()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _tokenizer.Decode([End + 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => _tokenizer.Decode([-1]));
    }

    [Fact]
    public void Decodes_to_the_cleaned_text_but_for_blanks() =>
        Gen.String[Gen.Char[' ', '\ud7ff']].Sample(text =>
            WithoutBlanks(_tokenizer.Decode(_tokenizer.Encode(text))) == WithoutBlanks(TextCleaning.Clean(text)));

    [Fact]
    public void Gives_OpenAI_s_ids_with_OpenAI_s_vocabulary()
    {
        ClipTokenizer tokenizer = ClipTokenizer.Load(ClipVocabulary.Require());

        // The example that openai/CLIP's notebook "Interacting with CLIP" prints.
        Assert.Equal(49408, tokenizer.VocabularySize);
        Assert.Equal([49406, 3306, 1002, 256, 49407, 0], tokenizer.Tokenize("Hello World!", contextLength: 6));
    }

    private static string WithoutBlanks(string text) => text.Replace(" ", "", StringComparison.Ordinal);
}
