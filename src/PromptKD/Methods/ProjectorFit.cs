using PromptKD.Models.Prompts;
using PromptKD.Runtime;

namespace PromptKD.Methods;

/// <summary>
/// The last layer of a projector by ridge regression: of all linear maps of what stands before it the one that comes
/// nearest to the teacher's features, in squares, with a penalty on its weights. The layers before it stay as they were
/// drawn; their normalisations get the statistics of all pictures. Ours.
/// </summary>
/// <param name="projector">Is filled; in evaluation mode.</param>
/// <param name="strength">Of the penalty, in units of the mean variance of what the last layer sees; above 0.</param>
internal sealed class ProjectorFit(Projector projector, double strength)
{
    // Features that are all alike decide nothing: their weights become 0.
    private const double SmallestPenalty = 1e-12;

    /// <summary>Fits it.</summary>
    /// <param name="pairs">
    /// Features of the student [some, student embedding], not normalised, and of the teacher [some, teacher embedding];
    /// asked for once for each layer. They are freed.
    /// </param>
    public void To(Func<IEnumerable<(Tensor Given, Tensor Wanted)>> pairs)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        for (int layer = 1; layer < projector.LayerCount; layer++)
        {
            (Tensor mean, Tensor covariance) = Moments(pairs(), given => projector.BeforeNorm(layer, given));
            projector.NormOf(layer).SetStatistics(mean, covariance.diagonal());
        }

        int last = projector.LayerCount - 1;
        (Tensor means, Tensor covariances) = Moments(
            pairs(), given => projector.BeforeLinear(last, given), isJoint: true);
        long inputs = projector.InputsOf(last);
        Tensor inner = covariances[..(int)inputs, ..(int)inputs];
        Tensor outer = covariances[..(int)inputs, (int)inputs..];
        double penalty = strength * inner.diagonal().mean().item<double>();

        Tensor penalised = inner.Plus(
            eye(inputs, dtype: ScalarType.Float64, device: inner.device).Times(Math.Max(penalty, SmallestPenalty)));
        Tensor weight = linalg.solve(penalised, outer);
        projector.SetLinear(last, weight.t(), means[(int)inputs..] - means[..(int)inputs].matmul(weight));
    }

    // Mean [n] and covariance [n, n], float64, over all rows; of two parts side by side where the teacher's are wanted,
    // too.
    private static (Tensor Mean, Tensor Covariance) Moments(
        IEnumerable<(Tensor Given, Tensor Wanted)> pairs, Func<Tensor, Tensor> see, bool isJoint = false)
    {
        long count = 0;
        Tensor? sum = null, squares = null;
        foreach ((Tensor given, Tensor wanted) in pairs)
        {
            using DisposeScope scope = NewDisposeScope();
            scope.Attach(given);
            scope.Attach(wanted);
            Tensor seen = see(given);
            Tensor rows = (isJoint ? cat([seen, wanted], dim: 1) : seen).to(ScalarType.Float64);
            count += rows.shape[0];
            sum = Added(sum, rows.sum(dim: 0));
            squares = Added(squares, rows.t().matmul(rows));
        }

        Tensor mean = sum!.Over(count);
        return (mean, (squares! - outer(sum!, mean)).Over(Math.Max(count - 1, 1)));
    }

    private static Tensor Added(Tensor? total, Tensor part)
    {
        if (total is null)
        {
            return part.MoveToOuterDisposeScope();
        }

        total.PlusInPlace(part);
        return total;
    }
}
