using PromptKD.Inference;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Text;

namespace PromptKD.Tests.Inference;

/// <summary>Texts beside the vectors that a run makes of them.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class TextEmbedderTests : IDisposable
{
    private static readonly TextOptions s_options = new()
    {
        Device = ComputeDevice.Cpu,
        Precision = ComputePrecision.Fp32,
        Vocabulary = TinyClip.Vocabulary,
        BatchSize = 2,
    };

    private readonly DistillingRuns _runs = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Vectors_are_those_of_the_classes_of_a_run()
    {
        string[] texts = ["cat", "dog", "owl"];
        using var embedder = TextEmbedder.Load(_runs.Teacher, s_options, Stop);
        using ClipCheckpoint clip = ModelFiles.OpenClip(_runs.Teacher, cancellation: Stop);
        using var frozen = new FrozenClip(clip, prompts: null, ComputeTarget.Resolve("cpu", "fp32"));
        using ClassVectors expected = frozen.ReadClassVectors(
            ClipTokenizer.Load(TinyClip.Vocabulary),
            texts,
            [new PromptTemplate("{}")],
            contextText: "",
            roundToHalf: false);

        float[] vectors = [.. embedder.Embed(texts, Stop).SelectMany(vector => vector)];

        Assert.Equal(40, embedder.EmbeddingSize);
        Assert.All(
            expected.Vectors.data<float>().ToArray().Zip(vectors),
            pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public async Task All_forms_give_the_same()
    {
        using var embedder = TextEmbedder.Load(_runs.Teacher, s_options, Stop);

        Assert.Equal(embedder.Embed("a cat", Stop), (await embedder.EmbedAsync(["a cat"], Stop))[0]);
        Assert.Empty(embedder.Embed([], Stop));
    }

    [Fact]
    public void A_text_that_is_too_long_is_refused_and_the_next_embedded()
    {
        using var embedder = TextEmbedder.Load(_runs.Teacher, s_options, Stop);

        Assert.Throws<PromptKDException>(() => embedder.Embed(string.Join(' ', Enumerable.Repeat("cat", 500)), Stop));
        Assert.Equal(40, embedder.Embed("cat", Stop).Length);
    }

    [Fact]
    public void Nothing_begins_behind_its_end()
    {
        var embedder = TextEmbedder.Load(_runs.Teacher, s_options, Stop);
        embedder.Dispose();

        Assert.Throws<ObjectDisposedException>(() => embedder.Embed("cat", Stop));
    }
}
