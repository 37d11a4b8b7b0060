namespace PromptKD.Models.Weights;

/// <summary>
/// The student's projector: 1×1 convolution, batch normalisation, ReLU, 1×1 convolution (arXiv 2403.02781, section 3).
/// </summary>
/// <param name="Tensors">
/// <c>conv1.0.weight</c> [teacher, student, 1, 1] and <c>.bias</c>; <c>conv1.1.weight</c>, <c>.bias</c>,
/// <c>.running_mean</c>, <c>.running_var</c> [teacher] and <c>.num_batches_tracked</c> []; <c>conv1.3.weight</c>
/// [teacher, teacher, 1, 1] and <c>.bias</c>.
/// </param>
internal sealed record ProjectorWeights(IReadOnlyDictionary<string, Tensor> Tensors)
{
    /// <summary>Dimensions of the student's space.</summary>
    public long StudentSize => Tensors["conv1.0.weight"].shape[1];

    /// <summary>Dimensions of the teacher's space.</summary>
    public long TeacherSize => Tensors["conv1.0.weight"].shape[0];

    /// <summary>Every tensor's name and shape.</summary>
    public static IReadOnlyDictionary<string, long[]> ShapesOf(long studentSize, long teacherSize) =>
        new OrderedDictionary<string, long[]>
        {
            ["conv1.0.weight"] = [teacherSize, studentSize, 1, 1],
            ["conv1.0.bias"] = [teacherSize],
            ["conv1.1.weight"] = [teacherSize],
            ["conv1.1.bias"] = [teacherSize],
            ["conv1.1.running_mean"] = [teacherSize],
            ["conv1.1.running_var"] = [teacherSize],
            ["conv1.1.num_batches_tracked"] = [],
            ["conv1.3.weight"] = [teacherSize, teacherSize, 1, 1],
            ["conv1.3.bias"] = [teacherSize],
        };
}
