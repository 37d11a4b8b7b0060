using PromptKD.Runtime;

namespace PromptKD.Evaluation.Probing;

/// <summary>
/// Multinomial logistic regression with a quadratic penalty: the minimum of C · Σ cross-entropy + ½ ‖weights‖², whose
/// bias is not penalised. In float64, on the CPU.
/// </summary>
/// <remarks>
/// The function that scikit-learn's LogisticRegression minimises for three classes and more (for two it has one vector,
/// which amounts to another C). It is divided by C · pictures, which moves no minimum, so that one tolerance suits all.
/// </remarks>
internal sealed class LogisticRegression : IDisposable
{
    // CoOp's probe stops after as many steps, and earlier.
    private const int MostIterations = 1000;
    private const double Tolerance = 1e-6;

    private readonly Tensor _parameters; // [classes, embedding + 1], the bias last

    private LogisticRegression(Tensor parameters) => _parameters = parameters.DetachFromDisposeScope();

    /// <param name="features">float64, [pictures, embedding].</param>
    /// <param name="labels">int64, [pictures].</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="strength">C, positive: how much the pictures count against the penalty.</param>
    public static LogisticRegression Fit(Tensor features, Tensor labels, int classes, double strength)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor design = WithOnes(features);
        Tensor targets = nn.functional.one_hot(labels, classes).to(ScalarType.Float64); // [pictures, classes]
        long width = design.shape[1];
        double[] parameters = LimitedMemoryBfgs.Minimize(
            point => Objective(design, targets, point, strength),
            new double[classes * width],
            Tolerance,
            MostIterations);
        return new LogisticRegression(tensor(parameters).view(classes, width));
    }

    /// <summary>Share of pictures whose best class is their own, percent.</summary>
    /// <param name="features">float64, [pictures, embedding].</param>
    /// <param name="labels">int64, [pictures].</param>
    public double Accuracy(Tensor features, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        return 100.0 * Logits(features).argmax(-1).eq(labels).sum().item<long>() / labels.numel();
    }

    /// <param name="features">float64, [pictures, embedding].</param>
    /// <returns>[pictures, classes].</returns>
    public Tensor Logits(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        return WithOnes(features).matmul(_parameters.t()).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _parameters.Dispose();

    private static (double Value, double[] Gradient) Objective(
        Tensor design, Tensor targets, double[] point, double strength)
    {
        using DisposeScope scope = NewDisposeScope();
        long pictures = design.shape[0], bias = design.shape[1] - 1;
        double penalty = 1 / (strength * pictures);
        Tensor parameters = tensor(point).view(targets.shape[1], design.shape[1]);
        Tensor weights = parameters.clone();
        weights.select(1, bias).zero_(); // The bias is free.
        Tensor logProbabilities = design.matmul(parameters.t()).log_softmax(-1); // [pictures, classes]
        Tensor value = logProbabilities.mul(targets).sum().Over(-pictures)
            .Plus(weights.mul(weights).sum().Times(penalty / 2));
        Tensor gradient = logProbabilities.exp().sub(targets).Over(pictures).t().matmul(design)
            .Plus(weights.Times(penalty)); // [classes, embedding + 1]
        return (value.item<double>(), gradient.contiguous().data<double>().ToArray());
    }

    private static Tensor WithOnes(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        return cat([features, ones(features.shape[0], 1, ScalarType.Float64)], dim: 1).MoveToOuterDisposeScope();
    }
}
