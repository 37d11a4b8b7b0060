using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Prompts;

/// <summary>
/// Batch normalisation of the projector, with torch's default rates: training mode normalises by the batch and moves the
/// statistics, evaluation mode normalises by them.
/// </summary>
/// <remarks>
/// TorchSharp's own counts its batches with a number that a garbage collection may free amid the call
/// (<see cref="HeldScalars"/>).
/// </remarks>
internal sealed class BatchNormalisation : Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-5;
    private const double Momentum = 0.1;

    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    [ComponentName(Name = "running_mean")]
    private readonly Tensor _mean;

    [ComponentName(Name = "running_var")]
    private readonly Tensor _variance;

    [ComponentName(Name = "num_batches_tracked")]
    private readonly Tensor _batches;

    /// <param name="features">How many features are normalised, each by itself.</param>
    /// <param name="device">Where it is to live; its values are float32.</param>
    public BatchNormalisation(long features, Device device)
        : base(nameof(BatchNormalisation))
    {
        _weight = new Parameter(ones(features, ScalarType.Float32, device));
        _bias = new Parameter(zeros(features, ScalarType.Float32, device));
        _mean = zeros(features, ScalarType.Float32, device);
        _variance = ones(features, ScalarType.Float32, device);
        _batches = zeros([], ScalarType.Int64, device);
        RegisterComponents();
    }

    /// <summary>Replaces the running statistics.</summary>
    /// <param name="mean">[features].</param>
    /// <param name="variance">[features].</param>
    public void SetStatistics(Tensor mean, Tensor variance)
    {
        _mean.copy_(mean);
        _variance.copy_(variance);
    }

    /// <param name="x">[batch, features], float32; in training mode two rows or more.</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        if (training)
        {
            using IDisposable noGradients = no_grad();
            _batches.CountInPlace();
        }

        return functional.batch_norm(x, _mean, _variance, _weight, _bias, training, Momentum, Epsilon);
    }
}
