using PromptKD.Runtime;
using PromptKD.Runtime.Processes;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Layers;

/// <summary>
/// Batch normalisation, with torch's default rates. That of a tower normalises by the statistics that the file holds,
/// whatever mode it is in, unless it is told to learn; that of a projector always learns: training mode normalises by
/// the batch, and moves the statistics. Its values are float32.
/// </summary>
/// <remarks>
/// TorchSharp's own counts its batches with a number that a garbage collection may free amid the call
/// (<see cref="HeldScalars"/>).
/// </remarks>
internal sealed class BatchNormLayer : Module<Tensor, Tensor>
{
    /// <summary>Added to the variance: torch's default, which timm keeps.</summary>
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
    private readonly Tensor? _batches;

    /// <summary>A tower's, its values still unset.</summary>
    /// <param name="parts">What the file has.</param>
    public BatchNormLayer(TowerParts parts)
        : base(nameof(BatchNormLayer))
    {
        TowerParts wide = parts with { Type = ScalarType.Float32 };
        _weight = wide.Unset("weight", 1);
        _bias = wide.Unset("bias", 1);
        _mean = empty(parts.Shape("running_mean", 1), ScalarType.Float32, parts.Device);
        _variance = empty(parts.Shape("running_var", 1), ScalarType.Float32, parts.Device);
        RegisterComponents();
    }

    /// <summary>A projector's, at its beginning; it counts its batches, as the reference's does.</summary>
    /// <param name="features">How many features are normalised, each by itself.</param>
    /// <param name="device">Where it is to live.</param>
    public BatchNormLayer(long features, Device device)
        : base(nameof(BatchNormLayer))
    {
        _weight = new Parameter(ones(features, ScalarType.Float32, device));
        _bias = new Parameter(zeros(features, ScalarType.Float32, device));
        _mean = zeros(features, ScalarType.Float32, device);
        _variance = ones(features, ScalarType.Float32, device);
        _batches = zeros([], ScalarType.Int64, device);
        MovesStatistics = true;
        RegisterComponents();
    }

    /// <summary>Whether training mode normalises by the batch, and moves the statistics.</summary>
    public bool MovesStatistics { get; set; }

    /// <summary>Who else has rows of the same batch; of a projector, they are normalised together.</summary>
    public IProcessGroup Processes { get; set; } = OneProcess.Instance;

    /// <summary>Replaces the running statistics.</summary>
    /// <param name="mean">[features].</param>
    /// <param name="variance">[features].</param>
    public void SetStatistics(Tensor mean, Tensor variance)
    {
        _mean.copy_(mean);
        _variance.copy_(variance);
    }

    /// <param name="x">
    /// [batch, channels, height, width] or [batch, features]; where it moves, two rows or more, in all processes.
    /// </param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        bool moves = training && MovesStatistics;
        if (moves && _batches is not null)
        {
            using IDisposable noGradients = no_grad();
            _batches.CountInPlace();
        }

        if (moves && !Processes.IsAlone())
        {
            var moments = BatchMoments.Of(x, Processes);
            moments.MoveStatistics(_mean, _variance, Momentum);
            return SharedNormalisation.Apply(x, moments, Epsilon, Processes).mul(_weight).Plus(_bias);
        }

        return functional.batch_norm(x, _mean, _variance, _weight, _bias, moves, Momentum, Epsilon);
    }
}
