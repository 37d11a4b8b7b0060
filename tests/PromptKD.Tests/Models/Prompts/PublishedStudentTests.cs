using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Tests.Models.Prompts;

public sealed class PublishedStudentTests : IDisposable
{
    private static readonly ComputeTarget s_target = new(CPU, ScalarType.Float32);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Comes_back_as_it_was_written()
    {
        using DisposeScope scope = NewDisposeScope();
        using Student student = TinyClip.Student();
        using PublishedStudent read = WriteAndRead(student, AsPublished(student));

        read.Student.eval();
        student.eval();

        Tensor images = TinyClip.Images(3);
        Assert.Equal(new StudentShape(2, 2, 6), read.Student.Shape);
        TensorAssert.SameBytes(student.ImageFeatures(images), read.Student.ImageFeatures(images));
    }

    [Fact]
    public void Prefers_the_frozen_weights_that_its_checkpoint_carries()
    {
        using DisposeScope scope = NewDisposeScope();
        using Student student = TinyClip.Student();
        Dictionary<string, Tensor> tensors = AsPublished(student);
        tensors["image_encoder.proj"] = TinyClip.Random(77, 128, 24);
        tensors["logit_scale"] = tensor(3f);

        using PublishedStudent read = WriteAndRead(student, tensors);

        TensorAssert.SameBytes(tensors["image_encoder.proj"], read.Student.Encoder.state_dict()["proj"]);
        Assert.Equal(Math.Exp(3), read.LogitScale, tolerance: 1e-9);
    }

    [Fact]
    public void Refuses_a_projector_from_another_space()
    {
        using DisposeScope scope = NewDisposeScope();
        using Student student = TinyClip.Student();
        Dictionary<string, Tensor> tensors = AsPublished(student);
        tensors["VPT_image_trans.conv1.0.weight"] = TinyClip.Random(78, 6, 23, 1, 1);

        var error = Assert.Throws<PromptKDException>(() => WriteAndRead(student, tensors));

        Assert.Contains("'VPT_image_trans.conv1.0.weight' is [6, 23, 1, 1], expected [6, 24]", error.Message,
            StringComparison.Ordinal);
    }

    // The projector of a published student is made of 1×1 convolutions.
    private static Dictionary<string, Tensor> AsPublished(Student student) => student.LearnedState.ToDictionary(
        named => named.Key,
        named => named.Key.Contains("conv1", StringComparison.Ordinal) && named.Value.dim() == 2
            ? named.Value.detach().unsqueeze(-1).unsqueeze(-1)
            : named.Value.detach());

    private PublishedStudent WriteAndRead(Student student, Dictionary<string, Tensor> tensors)
    {
        string clipPath = Path.Combine(_folder, "clip.safetensors");
        string folder = Path.Combine(_folder, "student.safetensors");
        SafetensorsFile.Write(clipPath, [.. ClipOf(student)]);
        SafetensorsFile.Write(folder, [.. tensors]);
        using ClipCheckpoint clip = ClipCheckpoint.Open(clipPath);
        using PromptedWeights learned = PromptCheckpoint.ReadStudent(folder);
        return PublishedStudent.Build(clip, learned, s_target);
    }

    private static Dictionary<string, Tensor> ClipOf(Student student)
    {
        Dictionary<string, Tensor> weights = TinyClip.Weights();
        foreach ((string name, Tensor value) in student.Encoder.state_dict())
        {
            weights[$"visual.{name}"] = value.detach();
        }

        return weights;
    }
}
