using PromptKD.Evaluation;
using PromptKD.Golden;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Evaluation;

public sealed class PromptInterpretationTests : IDisposable
{
    // Ids of OpenAI's order: visible bytes from '!' on, and 256 later the same at the end of a word.
    private const int Exclamation = 0;
    private const int AThatEndsAWord = 256 + ('a' - '!');

    private static readonly string s_vocabulary = Path.Combine(ProjectFolder.Root, "demo", "teacher", "merges.txt");

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _clip;
    private readonly Tensor _table;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public PromptInterpretationTests()
    {
        ClipArchitecture architecture = TinyClip.Architecture with { VocabularySize = 612 };
        ulong seed = 1;
        var weights = ClipParameters.ShapesOf(architecture)
            .ToDictionary(named => named.Key, named => TinyClip.Random(seed++, named.Value));
        _table = weights["token_embedding.weight"];
        _clip = Write("clip.safetensors", weights);
    }

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Finds_the_words_that_a_context_was_made_from()
    {
        Tensor context = stack([_table[AThatEndsAWord], _table[Exclamation]]);
        context[0, 3] += 0.25; // One coordinate: the distance is the change.
        string prompts = Write("prompts.safetensors", new() { ["prompt_learner.ctx"] = context });

        IReadOnlyList<LearnedToken> tokens = PromptInterpretation.FindWords(
            prompts, _clip, nearest: 3, s_vocabulary, cancellationToken: Stop);

        Assert.Equal([(null, 0), (null, 1)], tokens.Select(token => (token.Class, token.Position)));
        Assert.Equal(("a", true), (tokens[0].Words[0].Text, tokens[0].Words[0].EndsWord));
        Assert.Equal(0.25, tokens[0].Words[0].Distance, precision: 6);
        Assert.Equal(new NearWord("!", EndsWord: false, Distance: 0), tokens[1].Words[0]);
        Assert.All(tokens, token =>
        {
            Assert.Equal(3, token.Words.Count);
            Assert.Equal(token.Words.OrderBy(word => word.Distance), token.Words);
        });
    }

    [Fact]
    public void Tells_the_classes_apart_that_have_tokens_of_their_own()
    {
        Tensor context = stack([_table[0], _table[1], _table[2], _table[3]]).view(2, 2, -1);
        string prompts = Write("prompts.safetensors", new() { ["ctx"] = context });

        IReadOnlyList<LearnedToken> tokens = PromptInterpretation.FindWords(
            prompts, _clip, nearest: 1, s_vocabulary, cancellationToken: Stop);

        Assert.Equal([(0, 0), (0, 1), (1, 0), (1, 1)], tokens.Select(token => (token.Class, token.Position)));
        Assert.Equal(["!", "\"", "#", "$"], tokens.Select(token => token.Words[0].Text));
    }

    // As PromptSRC and IVLP name the blocks of the text tower, and as MaPLe counts from the second.
    [Theory]
    [InlineData("text_encoder.transformer.resblocks.1.VPT_shallow", "text_encoder.transformer.resblocks.2.VPT_shallow")]
    [InlineData("prompt_learner.compound_prompts_text.0", "prompt_learner.compound_prompts_text.1")]
    public void Reads_the_tokens_of_every_layer(string second, string third)
    {
        string prompts = Write("prompts.safetensors", new()
        {
            [third] = stack([_table[3]]),
            [second] = stack([_table[1], _table[2]]),
            ["prompt_learner.ctx"] = stack([_table[0]]),
            ["image_encoder.transformer.resblocks.1.VPT_shallow"] = stack([_table[5]]),
        });

        IReadOnlyList<LearnedToken> tokens = PromptInterpretation.FindWords(
            prompts, _clip, nearest: 1, s_vocabulary, TestContext.Current.CancellationToken);

        Assert.Equal([(0, 0), (1, 0), (1, 1), (2, 0)], tokens.Select(token => (token.Layer, token.Position)));
        Assert.Equal(["!", "\"", "#", "$"], tokens.Select(token => token.Words[0].Text));
    }

    [Fact]
    public void Refuses_tokens_of_another_CLIP_and_files_without_any()
    {
        string narrow = Write("narrow.safetensors", new() { ["ctx"] = zeros(4, 32) });

        var width = Assert.Throws<PromptKDException>(
            () => PromptInterpretation.FindWords(narrow, _clip, vocabulary: s_vocabulary, cancellationToken: Stop));
        var none = Assert.Throws<PromptKDException>(
            () => PromptInterpretation.FindWords(_clip, _clip, vocabulary: s_vocabulary, cancellationToken: Stop));

        Assert.Contains("have 32 channels", width.Message, StringComparison.Ordinal);
        Assert.Contains("no learned text tokens", none.Message, StringComparison.Ordinal);
    }

    private string Write(string name, Dictionary<string, Tensor> tensors)
    {
        string path = Path.Combine(_folder, name);
        SafetensorsFile.Write(path, [.. tensors]);
        return path;
    }
}
