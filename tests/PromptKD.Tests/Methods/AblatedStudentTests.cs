using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Teachers;

namespace PromptKD.Tests.Methods;

/// <summary>
/// What the paper takes out of its method, or exchanges, one by one (arXiv 2403.02781, tables 4, 5 and 12).
/// </summary>
public sealed class AblatedStudentTests
{
    private const double Weight = 3;

    [Theory]
    [InlineData("l1", false)]
    [InlineData("l1", true)]
    [InlineData("mse", false)]
    public void Features_are_compared_as_torch_compares_them(string loss, bool isPerPicture)
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = Method(new StudentShape(2, 2, 6), loss, isPerPicture);
        using Batch batch = PromptKDMethodTests.MakeBatch();
        method.SetTraining(false);

        StepOutcome outcome = method.Loss(batch);

        using var teacher = new RandomTeacher();
        Tensor difference = teacher.Of(batch) - method.Distilled.Student.ImageFeatures(batch.Images);
        Tensor each = loss == "l1" ? difference.abs() : difference.square();
        Tensor expected = isPerPicture ? each.sum() / batch.Images.shape[0] : each.sum() / difference.numel();
        TensorAssert.Near(Weight * expected, outcome.Loss, 1e-5);
    }

    [Theory]
    [InlineData(1, 6 * 24 + 6)]
    [InlineData(2, 6 * 24 + 6 + 12 + 42)]
    [InlineData(3, 6 * 24 + 6 + 2 * (12 + 42))]
    public void A_projector_has_the_layers_asked_for(int layers, long numbers)
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = Method(new StudentShape(0, 0, 6) { ProjectorLayers = layers });

        Assert.Equal(numbers, method.Trainable.Sum(named => named.Value.numel()));
        Assert.All(method.Trainable, named => Assert.StartsWith(Student.ProjectorPrefix, named.Key));
        Assert.Equal(layers == 1 ? 1 : 2, method.SmallestBatch);
        Assert.Equal([4, 4], method.Classify(TinyClip.Images(4)).shape);
    }

    [Fact]
    public void A_projector_of_one_layer_is_linear()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = Method(new StudentShape(0, 0, 6) { ProjectorLayers = 1 });
        var learned = method.Distilled.Student.LearnedState.ToDictionary();
        Tensor features = TinyClip.Random(5, 3, 24);

        Tensor expected = features.matmul(learned[Student.ProjectorPrefix + "conv1.0.weight"].t())
            + learned[Student.ProjectorPrefix + "conv1.0.bias"];

        TensorAssert.Near(expected / expected.norm(1, keepdim: true), method.Distilled.Student.Project(features), 1e-5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void All_of_a_tuned_tower_gets_a_gradient_and_is_kept_once(bool isResNet)
    {
        using DisposeScope scope = NewDisposeScope();
        ImageEncoder encoder = isResNet ? TinyResNet.ImageEncoder() : TinyClip.ImageEncoder();
        using PromptKDMethod method = Method(new StudentShape(0, 0, 6) { TunesTower = true }, encoder: encoder);
        Tensor images = isResNet ? TinyResNet.Images(4) : TinyClip.Images(4);
        using var batch = new Batch(images, null, [0, 1, 2, 3]);
        Dictionary<string, Tensor> before = encoder.state_dict().ToDictionary(one => one.Key, one => one.Value.clone());
        method.SetTraining(true);

        method.Loss(batch).Backward();

        string[] tower = [.. encoder.named_parameters().Select(named => Student.EncoderPrefix + named.name)];
        Assert.NotEmpty(tower);
        Assert.Equal(tower, method.Trainable.Select(named => named.Key).Where(name => !IsProjectors(name)));
        Assert.All(method.Trainable, named => Assert.NotNull(named.Value.grad));
        string[] kept = [.. method.Distilled.Student.FullState.Select(named => named.Key)];
        Assert.Equal(kept.Distinct(), kept);
        Assert.All(tower, name => Assert.Contains(name, kept));

        // Running statistics are CLIP's, whatever pictures come.
        Assert.All(
            encoder.state_dict().Where(one => one.Key.Contains("running", StringComparison.Ordinal)),
            one => TensorAssert.SameBytes(before[one.Key], one.Value));
    }

    [Fact]
    public void Tower_tokens_and_projector_learn_each_at_its_own_rate()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = Method(new StudentShape(2, 2, 6) { TunesTower = true });

        Assert.Equal(1, method.RateFactor("VPT_image_trans.conv1.0.weight"));
        Assert.Equal(0.5, method.RateFactor("image_encoder.VPT"));
        Assert.Equal(0.5, method.RateFactor("image_encoder.transformer.resblocks.1.VPT_shallow"));
        Assert.Equal(0.125, method.RateFactor("image_encoder.conv1.weight"));
    }

    private static bool IsProjectors(string name) => name.StartsWith(Student.ProjectorPrefix, StringComparison.Ordinal);

    private static PromptKDMethod Method(
        StudentShape shape, string loss = "kl", bool isPerPicture = false, ImageEncoder? encoder = null) => new(
            new Student(encoder ?? TinyClip.ImageEncoder(), shape),
            logitScale: 10,
            new Teacher(
                new ClassVectors(["a", "b", "c", "d"], nn.functional.normalize(TinyClip.Random(3, 4, 6), dim: -1), 20),
                new RandomTeacher()),
            new PromptKDSettings(Weight, Temperature: 2)
            {
                Loss = loss,
                IsPerPicture = isPerPicture,
                PromptRateFactor = 0.5,
                TowerRateFactor = 0.125,
            });
}
