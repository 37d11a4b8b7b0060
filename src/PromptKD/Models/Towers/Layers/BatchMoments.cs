using System.Runtime.InteropServices;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;

namespace PromptKD.Models.Towers.Layers;

/// <summary>Mean and variance of a batch whose rows several processes have, the same in all of them.</summary>
/// <param name="Rows">Rows of all.</param>
/// <param name="Mean">[features], float64.</param>
/// <param name="Variance">[features], float64: the mean square distance from the mean.</param>
internal sealed record BatchMoments(long Rows, Tensor Mean, Tensor Variance)
{
    /// <summary>Computes them. The tensors belong to the scope that is open.</summary>
    /// <param name="x">This process's rows, [rows, features]; none will do.</param>
    /// <param name="processes">All that have some.</param>
    public static BatchMoments Of(Tensor x, IProcessGroup processes)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long features = x.shape[1];
        Tensor own = x.detach().to(ScalarType.Float64).cpu();
        Tensor sums = own.sum(dim: 0);
        Tensor mean = x.shape[0] > 0 ? sums.Over(x.shape[0]) : sums;
        Tensor apart = own - mean;
        Tensor sent = cat([tensor((double)x.shape[0]).view(1), mean, (apart * apart).sum(dim: 0)]).contiguous();
        double[] all = [.. MemoryMarshal.Cast<byte, double>(processes.Exchange(sent.bytes))];
        int width = 1 + (int)(2 * features);

        // Chan's way to join two parts, in the order of the ranks.
        double rows = 0;
        double[] joined = new double[features];
        double[] squares = new double[features];
        for (int rank = 0; rank < processes.Size; rank++)
        {
            ReadOnlySpan<double> part = all.AsSpan(rank * width, width);
            double together = rows + part[0];
            for (int feature = 0; feature < features && part[0] > 0; feature++)
            {
                double distance = part[1 + feature] - joined[feature];
                joined[feature] += distance * part[0] / together;
                squares[feature] += part[1 + (int)features + feature]
                    + (distance * distance * rows * part[0] / together);
            }

            rows = together;
        }

        return new BatchMoments(
            (long)rows,
            tensor(joined, device: x.device).MoveToOuterDisposeScope(),
            tensor(squares, device: x.device).Over(rows).MoveToOuterDisposeScope());
    }

    /// <summary>Moves running statistics towards those of the batch, as torch does.</summary>
    /// <param name="mean">[features], float32.</param>
    /// <param name="variance">The same; it is moved towards the unbiased variance.</param>
    /// <param name="momentum">How far: 0 not at all, 1 all the way.</param>
    public void MoveStatistics(Tensor mean, Tensor variance, double momentum)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Move(mean, Mean);
        Move(variance, Variance.Times((double)Rows / (Rows - 1)));

        void Move(Tensor place, Tensor towards) =>
            place.copy_(place.to(ScalarType.Float64).Times(1 - momentum).Plus(towards.Times(momentum)));
    }
}
