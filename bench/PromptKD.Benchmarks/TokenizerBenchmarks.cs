using BenchmarkDotNet.Attributes;
using PromptKD.Reporting.Benchmarks;
using PromptKD.Text;

namespace PromptKD.Benchmarks;

/// <summary>Class names in a template, as 1,000 classes of ImageNet are tokenized. Needs PROMPTKD_CLIP_VOCAB.</summary>
public class TokenizerBenchmarks
{
    private const int Texts = 1000;

    private static readonly string[] s_words =
        ["tench", "goldfish", "great white shark", "brambling", "house finch", "Komodo dragon", "African crocodile"];

    private string _vocabulary = null!;
    private ClipTokenizer _tokenizer = null!;
    private string[] _texts = null!;

    /// <summary>Reads the vocabulary.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _vocabulary = Environment.GetEnvironmentVariable("PROMPTKD_CLIP_VOCAB")
            ?? throw new PromptKDException("PROMPTKD_CLIP_VOCAB is not set. Give the path of CLIP's vocabulary in it.");
        _tokenizer = ClipTokenizer.Load(_vocabulary);
        _texts =
            [.. Enumerable.Range(0, Texts).Select(text => $"a photo of a {s_words[text % s_words.Length]} {text}.")];
    }

    /// <summary>Reads and ranks 48,894 merges.</summary>
    [Benchmark]
    public int Load() => ClipTokenizer.Load(_vocabulary).VocabularySize;

    /// <summary>Cleans, splits and merges; the time is that of one text.</summary>
    [Benchmark(OperationsPerInvoke = Texts)]
    public int Tokenize()
    {
        int tokens = 0;
        foreach (string text in _texts)
        {
            tokens += _tokenizer.Tokenize(text).Length;
        }

        return tokens;
    }
}
