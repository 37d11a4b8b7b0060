using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;

namespace PromptKD.Tests.Models.Prompts;

public sealed class StudentTests
{
    [Fact]
    public void Learns_prompts_and_projector_only()
    {
        using DisposeScope scope = NewDisposeScope();
        using Student student = TinyClip.Student();

        student.ImageFeatures(TinyClip.Images(4)).square().mul(TinyClip.Random(1, 4, 6)).sum().backward();

        Assert.All(student.Encoder.parameters(), frozen => Assert.Null(frozen.grad));
        Assert.All(student.Trainable, learned => Assert.NotNull(learned.Value.grad));
        Assert.Equal(
            [
                "image_encoder.VPT",
                "image_encoder.transformer.resblocks.1.VPT_shallow",
                "VPT_image_trans.conv1.0.weight",
                "VPT_image_trans.conv1.0.bias",
                "VPT_image_trans.conv1.1.weight",
                "VPT_image_trans.conv1.1.bias",
                "VPT_image_trans.conv1.3.weight",
                "VPT_image_trans.conv1.3.bias",
            ],
            student.Trainable.Select(learned => learned.Key));
    }

    [Fact]
    public void Learns_the_same_as_where_the_tower_asks_for_gradients_too()
    {
        using DisposeScope scope = NewDisposeScope();
        using Student frozen = TinyClip.Student();
        using Student free = TinyClip.Student();
        foreach (TorchSharp.Modules.Parameter parameter in free.Encoder.parameters())
        {
            parameter.requires_grad = true;
        }

        frozen.ImageFeatures(TinyClip.Images(4)).square().mul(TinyClip.Random(1, 4, 6)).sum().backward();
        free.ImageFeatures(TinyClip.Images(4)).square().mul(TinyClip.Random(1, 4, 6)).sum().backward();

        Assert.All(free.Encoder.parameters(), parameter => Assert.NotNull(parameter.grad));
        Assert.All(frozen.Trainable.Zip(free.Trainable), pair =>
            TensorAssert.Near(pair.Second.Value.grad!, pair.First.Value.grad!, 1e-6));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    public void Keeps_a_graph_of_the_layers_only_where_there_are_prompts(int depth, bool expected)
    {
        // Prompts enter before the first layer, so either all layers pass gradients on to them or none has to.
        using DisposeScope scope = NewDisposeScope();
        using ImageEncoder encoder = TinyClip.ImageEncoder();
        LayerPrompts? prompts = depth == 0 ? null : TinyClip.Prompts(depth, TinyClip.Architecture.VisionWidth);
        List<bool> graphs = [];

        encoder.Trace(TinyClip.Images(2), prompts, (_, output) => graphs.Add(output.requires_grad));

        Assert.Equal(Enumerable.Repeat(expected, 1 + TinyClip.Architecture.VisionLayers), graphs);
        Assert.Equal(expected, encoder.forward(TinyClip.Images(2), prompts).requires_grad);
    }

    [Fact]
    public void Learns_a_projector_alone_from_features_without_a_graph()
    {
        using DisposeScope scope = NewDisposeScope();
        using var student = new Student(TinyClip.ImageEncoder(), new StudentShape(0, 0, TeacherEmbedding: 6));
        Tensor images = TinyClip.Images(4).requires_grad_(false);

        student.ImageFeatures(images).mul(TinyClip.Random(1, 4, 6)).sum().backward();

        Assert.False(student.Encoder.forward(images, null).requires_grad);
        Assert.All(student.Encoder.parameters(), frozen => Assert.Null(frozen.grad));
        Assert.All(student.Trainable, learned => Assert.NotNull(learned.Value.grad));
    }

    [Fact]
    public void Gives_features_of_length_one_in_the_teachers_space()
    {
        using DisposeScope scope = NewDisposeScope();
        using Student student = TinyClip.Student();

        Tensor features = student.ImageFeatures(TinyClip.Images(3));

        Assert.Equal([3, 6], features.shape);
        TensorAssert.Near(ones(3), features.norm(1), 1e-5);
    }

    [Fact]
    public void Rounds_its_prompts_through_half_where_asked()
    {
        using DisposeScope scope = NewDisposeScope();
        using Student rounding = TinyClip.Student(roundToHalf: true);
        using Student exact = TinyClip.Student();
        using Student rounded = TinyClip.Student();
        rounded.LoadLearned(
            rounded.LearnedState.ToDictionary(
                named => named.Key,
                named => named.Key.Contains("conv1", StringComparison.Ordinal)
                    ? named.Value
                    : named.Value.detach().to(ScalarType.Float16)),
            "rounded prompts");
        Tensor images = TinyClip.Images(3);

        Tensor features = rounding.ImageFeatures(images);

        TensorAssert.SameBytes(rounded.ImageFeatures(images), features);
        Assert.NotEqual(0, (exact.ImageFeatures(images) - features).abs().max().item<float>());
    }

    [Fact]
    public void Takes_a_projector_of_1x1_convolutions()
    {
        using DisposeScope scope = NewDisposeScope();
        using Student source = TinyClip.Student(seed: 20);
        using Student copy = TinyClip.Student(seed: 90);
        var tensors = source.LearnedState.ToDictionary(
            named => named.Key,
            named => named.Key.EndsWith("0.weight", StringComparison.Ordinal)
                || named.Key.EndsWith("3.weight", StringComparison.Ordinal)
                    ? named.Value.detach().unsqueeze(-1).unsqueeze(-1)
                    : named.Value);

        copy.LoadLearned(tensors, "convolutions");

        Tensor images = TinyClip.Images(3);
        TensorAssert.SameBytes(source.ImageFeatures(images), copy.ImageFeatures(images));
    }

    [Fact]
    public void Names_a_learned_tensor_that_is_missing_or_misshapen()
    {
        using DisposeScope scope = NewDisposeScope();
        using Student student = TinyClip.Student();
        var missing = student.LearnedState.ToDictionary(named => named.Key, named => named.Value);
        missing.Remove("image_encoder.VPT");
        var misshapen = student.LearnedState.ToDictionary(named => named.Key, named => named.Value);
        misshapen["image_encoder.VPT"] = zeros(3, 128);

        var first = Assert.Throws<PromptKDException>(() => student.LoadLearned(missing, "mine.pt"));
        var second = Assert.Throws<PromptKDException>(() => student.LoadLearned(misshapen, "mine.pt"));

        Assert.Equal("mine.pt: no tensor 'image_encoder.VPT'. Is this a PromptKD student?", first.Message);
        Assert.StartsWith(
            "mine.pt: 'image_encoder.VPT' is [3, 128], expected [2, 128].", second.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Works_without_prompts()
    {
        using DisposeScope scope = NewDisposeScope();
        using var student = new Student(TinyClip.ImageEncoder(), new StudentShape(0, 0, TeacherEmbedding: 6));

        Assert.Equal([3, 6], student.ImageFeatures(TinyClip.Images(3)).shape);
        Assert.DoesNotContain(student.Trainable, one => one.Key.Contains("image_encoder", StringComparison.Ordinal));
    }

    [Fact]
    public void Stays_near_float32_in_bfloat16()
    {
        using DisposeScope scope = NewDisposeScope();
        using Student exact = TinyClip.Student();
        using Student rounded = TinyClip.Student(type: ScalarType.BFloat16);
        exact.eval();
        rounded.eval();
        Tensor images = TinyClip.Images(4);

        Tensor expected = exact.ImageFeatures(images);
        Tensor actual = rounded.ImageFeatures(images);

        Assert.Equal(ScalarType.Float32, actual.dtype);
        Assert.True((expected * actual).sum(-1).min().item<float>() > 0.995);
    }
}
