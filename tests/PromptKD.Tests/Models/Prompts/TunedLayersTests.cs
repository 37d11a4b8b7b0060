using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Prompts;

/// <summary>Which weights of a tower learn.</summary>
public sealed class TunedLayersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Of_a_transformer_the_last_layer_and_all_behind_it()
    {
        using ImageEncoder encoder = TinyClip.ImageEncoder();

        string[] learns = [.. TunedLayers.Of(encoder, 1).Select(named => named.Key)];

        Assert.Equal(16 - 2 - 1, learns.Length - 2);
        Assert.All(learns, name => Assert.Matches(@"^(transformer\.resblocks\.2\.|ln_post\.|proj$)", name));
    }

    [Fact]
    public void Of_blocks_in_stages_the_last_ones()
    {
        using ImageEncoder encoder = MobileNet();

        Assert.Equal(
            ["blocks.1.1", "blocks.2.0", "conv_head", "norm_head"],
            TunedLayers.Of(encoder, 2).Select(
                named => string.Join('.', named.Key.Split('.')[..(named.Key[0] == 'b' ? 3 : 1)])).Distinct());
    }

    [Fact]
    public void More_layers_than_there_are_are_refused()
    {
        using ImageEncoder encoder = MobileNet();

        Assert.Contains(
            "has 5. Give 1 to 5",
            Assert.Throws<PromptKDException>(() => TunedLayers.Of(encoder, 6)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 0, 0)]
    [InlineData(true, 0, 13)]
    [InlineData(true, 1, 2)]
    public void Statistics_move_where_they_are_told_to_and_batch_normalisation_learns(bool moves, int last, int moved)
    {
        using DisposeScope scope = NewDisposeScope();
        var student = new Student(MobileNet(), new StudentShape(0, 0, 8)
        {
            TunesTower = true,
            TunedLayers = last,
            MovesStatistics = moves,
        });
        Dictionary<string, Tensor> before = Means(student);
        student.train();

        student.ImageFeatures(TinyClip.Random(3, 4, 3, 32, 32));

        Dictionary<string, Tensor> after = Means(student);
        Assert.Equal(moved, before.Count(one => !one.Value.equal(after[one.Key]).all().item<bool>()));
        Assert.Equal(moves, student.LearnedState.Any(one => one.Key == "image_encoder.bn1.running_mean"));
    }

    private static Dictionary<string, Tensor> Means(Student student) => student.Encoder.named_buffers()
        .Where(one => one.name.EndsWith("running_mean", StringComparison.Ordinal))
        .ToDictionary(one => one.name, one => one.buffer.clone());

    private ImageEncoder MobileNet()
    {
        string folder = Path.Combine(_folder, "mobile");
        using var clip = ClipCheckpoint.Open(Directory.Exists(folder) ? folder : TinyTowers.MobileNetV4(folder));
        var encoder = ImageEncoder.Create(clip.Architecture, ScalarType.Float32, CPU);
        ModuleWeights.Fill(encoder, clip.Tensors, "visual.", clip.Description);
        return encoder;
    }
}
