using PromptKD.Inference;
using PromptKD.Models.Weights;
using PromptKD.Runs;
using PromptKD.Runtime;

namespace PromptKD.Speed;

/// <summary>
/// How far a student that learned from a store is from one that saw the same views with a live teacher.
/// </summary>
/// <param name="Losses">Of each epoch: |stored − live| / live.</param>
/// <param name="Learned">All learned values as one vector: ‖stored − live‖ / ‖live‖.</param>
/// <param name="Farthest">The learned tensor that differs most by that measure.</param>
/// <param name="FarthestDifference">Its difference.</param>
/// <param name="Probabilities">
/// Σ |stored − live| over the classes' probabilities, 0–2: of the picture for which it is largest.
/// </param>
/// <param name="Agreement">Pictures for which both name the same class, 0–1.</param>
internal sealed record StudentDifference(
    IReadOnlyList<double> Losses,
    double Learned,
    string Farthest,
    double FarthestDifference,
    double Probabilities,
    double Agreement)
{
    /// <summary>Most that rounding to float16 moves a number, relative to it: half a unit in its 11th bit.</summary>
    public const double HalfPrecision = 1.0 / 2048;

    /// <summary>Measures it.</summary>
    /// <param name="live">The run with the teacher.</param>
    /// <param name="stored">The run from the store.</param>
    /// <param name="pictures">A folder of pictures to classify.</param>
    public static StudentDifference Of(DistillationReport live, DistillationReport stored, string pictures)
    {
        (string Name, double Squares, double Whole)[] tensors = [.. CompareTensors(live, stored)];
        (string name, double squares, double whole) = tensors.MaxBy(one => one.Squares / one.Whole);
        float[][] expected = Classify(live, pictures), actual = Classify(stored, pictures);
        return new StudentDifference(
            [.. live.Epochs.Zip(stored.Epochs, (a, b) => Math.Abs(b.Loss - a.Loss) / a.Loss)],
            Math.Sqrt(tensors.Sum(one => one.Squares) / tensors.Sum(one => one.Whole)),
            name,
            Math.Sqrt(squares / whole),
            expected.Zip(actual, (a, b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Sum()).Max(),
            expected.Zip(actual, (a, b) => Largest(a) == Largest(b) ? 1.0 : 0).Average());
    }

    // Frozen tensors and counters are equal in both, and left out.
    private static IEnumerable<(string Name, double Squares, double Whole)> CompareTensors(
        DistillationReport live, DistillationReport stored)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> expected = Read(live), actual = Read(stored);
        foreach ((string name, Tensor value) in expected)
        {
            Tensor whole = value.to(ScalarType.Float64);
            double squares = (actual[name].to(ScalarType.Float64) - whole).square().sum().item<double>();
            if (squares > 0)
            {
                yield return (name, squares, whole.square().sum().item<double>());
            }
        }
    }

    private static Dictionary<string, Tensor> Read(DistillationReport report) =>
        SafetensorsFile.Read(Path.Combine(report.StudentFolder, "student.safetensors"));

    /// <returns>[pictures][classes].</returns>
    private static float[][] Classify(DistillationReport report, string pictures)
    {
        using var student =
            StudentClassifier.Load(report.StudentFolder, new TorchOptions { Device = ComputeDevice.Cpu, Threads = 0 });
        return
        [
            .. student.ClassifyAll([pictures], student.ClassNames.Count).Select(one =>
                one.Classes.OrderBy(each => each.Label).Select(each => (float)each.Probability).ToArray()),
        ];
    }

    private static int Largest(float[] probabilities) => Array.IndexOf(probabilities, probabilities.Max());
}
