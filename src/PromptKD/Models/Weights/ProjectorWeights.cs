using System.Globalization;

namespace PromptKD.Models.Weights;

/// <summary>
/// The student's projector: 1×1 convolution, batch normalisation, ReLU, 1×1 convolution (arXiv 2403.02781, section 3).
/// </summary>
/// <param name="Tensors">
/// Of two layers: <c>conv1.0.weight</c> [teacher, student, 1, 1] and <c>.bias</c>; <c>conv1.1.weight</c>, <c>.bias</c>,
/// <c>.running_mean</c>, <c>.running_var</c> [teacher] and <c>.num_batches_tracked</c> []; <c>conv1.3.weight</c>
/// [teacher, teacher, 1, 1] and <c>.bias</c>.
/// </param>
internal sealed record ProjectorWeights(IReadOnlyDictionary<string, Tensor> Tensors)
{
    // A linear layer, a normalisation, and a ReLU that has no tensors.
    private const int PlacesOfLayer = 3;

    /// <summary>Dimensions of the student's space.</summary>
    public long StudentSize => Tensors["conv1.0.weight"].shape[1];

    /// <summary>Dimensions of the teacher's space.</summary>
    public long TeacherSize => Tensors["conv1.0.weight"].shape[0];

    /// <summary>Linear layers.</summary>
    public int Layers => CountLayers(Tensors.Keys);

    /// <summary>The linear layers that the names of tensors make; 0 where there is no first one.</summary>
    public static int CountLayers(IEnumerable<string> names) =>
        names.Count(name => name.EndsWith(".weight", StringComparison.Ordinal) && IsLinear(name));

    /// <summary>Every tensor's name and shape.</summary>
    /// <param name="studentSize">Dimensions of the student's space.</param>
    /// <param name="teacherSize">Dimensions of the teacher's space.</param>
    /// <param name="layers">Linear layers.</param>
    public static IReadOnlyDictionary<string, long[]> ShapesOf(long studentSize, long teacherSize, int layers = 2)
    {
        var shapes = new OrderedDictionary<string, long[]>
        {
            ["conv1.0.weight"] = [teacherSize, studentSize, 1, 1],
            ["conv1.0.bias"] = [teacherSize],
        };
        for (int layer = 1; layer < layers; layer++)
        {
            string norm = $"conv1.{(PlacesOfLayer * layer) - 2}.", linear = $"conv1.{PlacesOfLayer * layer}.";
            foreach (string value in new[] { "weight", "bias", "running_mean", "running_var" })
            {
                shapes[norm + value] = [teacherSize];
            }

            shapes[norm + "num_batches_tracked"] = [];
            shapes[linear + "weight"] = [teacherSize, teacherSize, 1, 1];
            shapes[linear + "bias"] = [teacherSize];
        }

        return shapes;
    }

    private static bool IsLinear(string name) => name.Split('.') is ["conv1", var place, _]
        && int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number % PlacesOfLayer == 0;
}
