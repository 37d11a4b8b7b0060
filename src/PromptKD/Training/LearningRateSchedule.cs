using PromptKD.Configuration;

namespace PromptKD.Training;

/// <summary>The learning rate of each epoch: a warm-up, then cosine annealing or steps.</summary>
/// <remarks>
/// The same values as Dassl's warm-up schedulers around PyTorch's CosineAnnealingLR, StepLR and MultiStepLR. Those
/// derive each epoch's rate from the one before, which matters where the schedule does not start at its beginning
/// (OPTIM.WARMUP_RECOUNT False): no closed form gives these rates, so the epochs are replayed one by one.
/// </remarks>
internal sealed class LearningRateSchedule
{
    private readonly OptimConfig _optim;
    private readonly int _warmupEpochs;
    private readonly double[] _rates;

    /// <summary>Computes the rates of all epochs.</summary>
    /// <exception cref="PromptKDException">LR_SCHEDULER, WARMUP_TYPE or STEPSIZE has no meaning.</exception>
    public LearningRateSchedule(OptimConfig optim)
    {
        _optim = optim;
        _warmupEpochs = Math.Max(0, optim.WarmupEpoch);
        _rates = Replay();
    }

    /// <summary>The learning rate used throughout an epoch.</summary>
    /// <param name="epoch">
    /// Counted from 0. MAX_EPOCH itself is allowed: the rate that the last step of the schedule leaves behind.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such epoch.</exception>
    public double Rate(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(epoch, _optim.MaxEpoch);
        return _rates[epoch];
    }

    private double[] Replay()
    {
        Func<double, int, double> advance = Rule();
        double[] rates = new double[_optim.MaxEpoch + 1];
        int step = _optim.WarmupRecount ? 0 : _warmupEpochs;
        double rate = FirstRate();
        for (int epoch = 0; epoch < rates.Length; epoch++)
        {
            if (epoch > _warmupEpochs)
            {
                step++;
                rate = advance(rate, step);
            }

            rates[epoch] = epoch < _warmupEpochs ? WarmupRate(epoch) : rate;
        }

        return rates;
    }

    /// <summary>How the rate of the previous epoch becomes that of step t of the schedule, counted from 0.</summary>
    private Func<double, int, double> Rule() => _optim.LrScheduler switch
    {
        "cosine" => Anneal,
        "single_step" => StepRule(),
        "multi_step" => (rate, step) => rate * Math.Pow(_optim.Gamma, _optim.StepSize.Count(at => at == step)),
        string other => throw new PromptKDException(
            $"OPTIM.LR_SCHEDULER must be one of single_step, multi_step, cosine, not '{other}'."),
    };

    private Func<double, int, double> StepRule()
    {
        if (_optim.StepSize.Count == 0)
        {
            throw new PromptKDException("OPTIM.STEPSIZE must hold a number of epochs, not an empty list.");
        }

        int epochs = _optim.StepSize[^1] > 0 ? _optim.StepSize[^1] : _optim.MaxEpoch;
        return (rate, step) => step % epochs == 0 ? rate * _optim.Gamma : rate;
    }

    /// <summary>Cosine annealing to 0 in MAX_EPOCH steps, as a factor on the rate before.</summary>
    private double Anneal(double rate, int step) =>
        rate * (1 + Math.Cos(Math.PI * step / _optim.MaxEpoch))
        / (1 + Math.Cos(Math.PI * (step - 1) / _optim.MaxEpoch));

    /// <summary>multi_step may fall before the first epoch already; the others begin at LR.</summary>
    private double FirstRate() =>
        _optim.LrScheduler == "multi_step" ? Rule()(_optim.Lr, 0) : _optim.Lr;

    private double WarmupRate(int epoch) => _optim.WarmupType switch
    {
        "constant" => _optim.WarmupConsLr,
        "linear" => epoch == 0 ? _optim.WarmupMinLr : _optim.Lr * epoch / _warmupEpochs,
        string other => throw new PromptKDException(
            $"OPTIM.WARMUP_TYPE must be one of constant, linear, not '{other}'."),
    };
}
