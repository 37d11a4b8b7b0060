using PromptKD.Runtime;

namespace PromptKD.Evaluation.Maps;

/// <summary>Points on the two directions along which they differ most: principal components, exact.</summary>
/// <param name="Points">A point a row, in the unit of the rows.</param>
/// <param name="Shares">Of the whole variance, how much lies along each of the two, 0–1.</param>
internal sealed record PrincipalComponents(
    IReadOnlyList<(double X, double Y)> Points, (double First, double Second) Shares)
{
    /// <param name="rows">Two or more, of two or more numbers each.</param>
    public static PrincipalComponents Of(IReadOnlyList<float[]> rows)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor all = stack(rows.Select(row => tensor(row))).to(ScalarType.Float64); // [rows, width]
        Tensor around = all - all.mean([0], keepdim: true);
        (Tensor left, Tensor strengths, Tensor right) = linalg.svd(around, fullMatrices: false);
        double[] variances = strengths.mul(strengths).data<double>().ToArray();
        double whole = variances.Sum();
        double[] first = Coordinates(0), second = Coordinates(1);
        return new PrincipalComponents(
            [.. first.Zip(second)], whole > 0 ? (variances[0] / whole, variances[1] / whole) : (0, 0));

        // A direction has no sign of its own: the largest entry of it is made positive, so that maps can be compared.
        double[] Coordinates(int component)
        {
            Tensor direction = right[component];
            double sign = direction[direction.abs().argmax()].item<double>() < 0 ? -1 : 1;
            return (left.select(1, component) * strengths[component]).Times(sign).contiguous().data<double>().ToArray();
        }
    }
}
