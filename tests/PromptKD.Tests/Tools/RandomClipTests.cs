using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using RandomClip;

namespace PromptKD.Tests.Tools;

public sealed class RandomClipTests : IDisposable
{
    private static readonly ClipArchitecture s_tiny = new()
    {
        ImageSize = 32,
        PatchSize = 16,
        VisionWidth = 64,
        VisionLayers = 2,
        VisionHeads = 1,
        EmbeddingSize = 32,
        TextWidth = 64,
        TextLayers = 2,
        TextHeads = 1,
        VocabularySize = 600,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly DisposeScope _scope = NewDisposeScope();

    private string Target => Path.Combine(_folder, "tiny.pt");

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void The_archive_is_read_like_one_of_OpenAI()
    {
        OrderedDictionary<string, Tensor> weights = RandomWeights.Draw(s_tiny, seed: 1);

        TorchScriptArchive.Write(Target, s_tiny, weights);

        using ClipCheckpoint clip = ClipCheckpoint.Open(Target);
        Assert.Equal(s_tiny, clip.Architecture);
        Assert.All(weights, named => Assert.True(named.Value.eq(clip.Tensors[named.Key]).all().item<bool>()));
    }

    [Fact]
    public void TorchScript_itself_opens_the_archive()
    {
        OrderedDictionary<string, Tensor> weights = RandomWeights.Draw(s_tiny, seed: 1);
        TorchScriptArchive.Write(Target, s_tiny, weights);

        using jit.ScriptModule module = jit.load(Target);

        var parameters = module.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        Assert.Equal(weights.Keys.Order(StringComparer.Ordinal), parameters.Keys.Order(StringComparer.Ordinal));
        Assert.All(weights, named => Assert.True(named.Value.eq(parameters[named.Key]).all().item<bool>()));
    }

    [Fact]
    public void Element_types_are_those_of_OpenAI()
    {
        string published = Path.Combine(
            Golden.ProjectFolder.Golden, "11-checkpoints", "openai_style_jit_mixed_fp16.pt");
        using CheckpointFile file = CheckpointFile.Open(published);

        OrderedDictionary<string, Tensor> weights = RandomWeights.Draw(s_tiny, seed: 1);

        Assert.All(weights, named => Assert.Equal(file.Tensors[named.Key].Type, named.Value.dtype));
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights()
    {
        Tensor first = RandomWeights.Draw(s_tiny, seed: 1)["visual.proj"];

        Assert.True(first.eq(RandomWeights.Draw(s_tiny, seed: 1)["visual.proj"]).all().item<bool>());
        Assert.False(first.eq(RandomWeights.Draw(s_tiny, seed: 2)["visual.proj"]).all().item<bool>());
    }

    [Fact]
    public void Pictures_have_the_size_that_is_said()
    {
        string path = Assert.Single(RandomPictures.Write(_folder, count: 1, seed: 1));

        using var codec = SkiaSharp.SKCodec.Create(path);

        Assert.Equal((RandomPictures.Width, RandomPictures.Height), (codec.Info.Width, codec.Info.Height));
    }
}
