using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Prompts;

/// <summary>Biases that something behind them takes away again.</summary>
public sealed class LostBiasesTests : IDisposable
{
    private const int Batch = 6;

    // Of the largest gradient of a bias: float32's rounding, and what is no rounding any more.
    private const double Rounding = 1e-5;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("ViT")]
    [InlineData("ResNet")]
    [InlineData("SigLIP")]
    [InlineData("EVA-02")]
    [InlineData("DINOv2")]
    public void Have_no_gradient_but_rounding_and_are_given_none(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        Student student = Learn(family, projectorLayers: 2);
        Dictionary<string, Tensor> before = Gradients(student);

        student.ClearLostGradients();

        Dictionary<string, Tensor> after = Gradients(student);
        double largest = before.Values.Max(Largest);
        Assert.All(before, named => Assert.InRange(
            Largest(named.Value.sub(after[named.Key])), 0, Rounding * largest));
        Assert.Contains(before, named => after[named.Key].eq(0).any().item<bool>());
    }

    [Theory]
    [InlineData(
        2,
        "attn.in_proj_bias 128 of 384",
        "attn.in_proj_bias 128 of 384",
        "attn.in_proj_bias 128 of 384",
        "ln_post.bias 128 of 128")]
    [InlineData(1, "attn.in_proj_bias 128 of 384", "attn.in_proj_bias 128 of 384", "attn.in_proj_bias 128 of 384")]
    public void Are_the_keys_of_each_layer_and_what_the_projector_normalises_away(
        int projectorLayers, params string[] lost)
    {
        using DisposeScope scope = NewDisposeScope();
        Student student = Learn("ViT", projectorLayers);

        student.ClearLostGradients();

        Assert.Equal(lost, Gradients(student)
            .Where(named => named.Value.eq(0).any().item<bool>())
            .Select(named => $"{Short(named.Key)} {named.Value.eq(0).sum().item<long>()} of {named.Value.numel()}"));
    }

    private static string Short(string name) => string.Join('.', name.Split('.')[^2..]);

    private static double Largest(Tensor gradient) => gradient.abs().max().item<float>();

    private static Dictionary<string, Tensor> Gradients(Student student) => student.Trainable
        .Where(named => named.Key.StartsWith(Student.EncoderPrefix, StringComparison.Ordinal))
        .Where(named => named.Key.EndsWith("bias", StringComparison.Ordinal) && named.Value.grad is not null)
        .ToDictionary(named => named.Key, named => named.Value.grad!.clone());

    private Student Learn(string family, int projectorLayers)
    {
        random.manual_seed(3);
        var student = new Student(Tower(family), new StudentShape(0, 0, 8)
        {
            ProjectorLayers = projectorLayers,
            TunesTower = true,
        });
        student.train();
        long size = student.Architecture.ImageSize;
        Tensor features = student.ImageFeatures(TinyClip.Random(3, Batch, 3, size, size));
        (features * TinyClip.Random(4, Batch, 8)).sum().backward();
        return student;
    }

    private ImageEncoder Tower(string family)
    {
        switch (family)
        {
            case "ViT": return TinyClip.ImageEncoder();
            case "ResNet": return TinyResNet.ImageEncoder();
            default:
                string source = family switch
                {
                    "SigLIP" => TinyTowers.Siglip(_folder),
                    "EVA-02" => TinyTowers.Eva(_folder),
                    _ => TinyTowers.Dinov2(_folder),
                };
                using (var clip = ClipCheckpoint.Open(source))
                {
                    var encoder = ImageEncoder.Create(clip.Architecture, ScalarType.Float32, CPU);
                    ModuleWeights.Fill(encoder, clip.Tensors, "visual.", clip.Description);
                    return encoder;
                }
        }
    }
}
