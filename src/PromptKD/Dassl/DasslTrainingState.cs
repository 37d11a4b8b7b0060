using PromptKD.Configuration;
using PromptKD.Models.Weights;
using PromptKD.Models.Weights.Pickle;

namespace PromptKD.Dassl;

/// <summary>What a checkpoint of Dassl's programs holds beside the model: where a training stood.</summary>
/// <remarks>
/// Plain dictionaries, in the layout of torch's <c>state_dict</c>s. Dassl's own files also hold the inner schedule
/// as an object, which drags the whole optimizer along and which only unrestricted unpickling can read.
/// </remarks>
internal sealed record DasslTrainingState
{
    // torch's optimizers number parameters; a state dict holds buffers as well, which these names tell apart.
    private static readonly string[] s_buffers =
    [
        "running_mean", "running_var", "num_batches_tracked", "token_prefix", "token_suffix", "token_prefix2",
        "token_suffix2",
    ];

    /// <summary>Finished epochs.</summary>
    public required int Epoch { get; init; }

    /// <summary>Rate of the epoch to come.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Momentum of each parameter that has taken a step, by name.</summary>
    public required IReadOnlyList<KeyValuePair<string, Tensor>> Momentum { get; init; }

    /// <summary>Settings of optimizer and schedule.</summary>
    public required OptimConfig Settings { get; init; }

    /// <summary>Accuracy on the validation images, percent; null where it was not measured.</summary>
    public double? ValidationResult { get; init; }

    /// <summary>Reads the momentum of a checkpoint, by the names of the parameters.</summary>
    /// <param name="file">A checkpoint of Dassl's programs, ours or theirs.</param>
    /// <param name="state">Names, in order, of what such a checkpoint holds of the method.</param>
    /// <returns>Empty where the file holds no optimizer, or one of another number of parameters.</returns>
    public static IReadOnlyDictionary<string, Tensor> ReadMomentum(CheckpointFile file, IEnumerable<string> state)
    {
        string[] parameters = [.. state.Where(IsParameter)];
        PickleDictionary? optimizer = file.Values.Find<PickleDictionary>("optimizer");
        object? group = optimizer?.Find<List<object?>>("param_groups")?.FirstOrDefault();
        int count = (group as PickleDictionary)?.Find<List<object?>>("params")?.Count ?? 0;
        var momentum = new Dictionary<string, Tensor>();
        if (count != parameters.Length)
        {
            return momentum;
        }

        foreach ((object key, object? value) in optimizer!.Find<PickleDictionary>("state") ?? [])
        {
            StoredTensor? buffer = (value as PickleDictionary)?.Find<StoredTensor>("momentum_buffer");
            if (buffer is not null && key is long index && index >= 0 && index < count)
            {
                momentum[parameters[index]] = file.Read(buffer);
            }
        }

        return momentum;
    }

    /// <summary>The optimizer's state dict. Dassl's programs give their optimizers the frozen parameters too.</summary>
    /// <param name="state">All that the checkpoint holds of the method, in order.</param>
    public PickleDictionary Optimizer(IReadOnlyList<KeyValuePair<string, Tensor>> state)
    {
        KeyValuePair<string, Tensor>[] parameters = [.. state.Where(named => IsParameter(named.Key))];
        var momentum = Momentum.ToDictionary();
        var buffers = new PickleDictionary();
        foreach ((int index, (string name, Tensor value)) in parameters.Index())
        {
            if (momentum.TryGetValue(name, out Tensor? buffer))
            {
                buffers[index] = new PickleDictionary { ["momentum_buffer"] = buffer.view(value.shape) };
            }
        }

        var group = new PickleDictionary
        {
            ["lr"] = LearningRate,
            ["momentum"] = Settings.Momentum,
            ["dampening"] = Settings.SgdDampening,
            ["weight_decay"] = Settings.WeightDecay,
            ["nesterov"] = Settings.SgdNesterov,
            ["maximize"] = false,
            ["foreach"] = null,
            ["differentiable"] = false,
            ["initial_lr"] = Settings.Lr,
            ["params"] = new List<object?>(Enumerable.Range(0, parameters.Length).Cast<object?>()),
        };
        return new PickleDictionary { ["state"] = buffers, ["param_groups"] = new List<object?> { group } };
    }

    /// <summary>The state dict of the warm-up schedule, without the schedule that comes after the warm-up.</summary>
    public PickleDictionary Scheduler()
    {
        var scheduler = new PickleDictionary();
        if (Settings.WarmupType == "constant")
        {
            scheduler["cons_lr"] = Settings.WarmupConsLr;
        }
        else
        {
            scheduler["min_lr"] = Settings.WarmupMinLr;
        }

        int warmup = Math.Max(0, Settings.WarmupEpoch);
        scheduler["warmup_epoch"] = warmup;
        scheduler["base_lrs"] = new List<object?> { Settings.Lr };
        scheduler["last_epoch"] = Math.Min(Epoch, warmup);
        scheduler["verbose"] = false;
        scheduler["_step_count"] = Math.Min(Epoch, warmup) + 1;
        scheduler["_get_lr_called_within_step"] = false;
        scheduler["_last_lr"] = new List<object?> { LearningRate };
        return scheduler;
    }

    private static bool IsParameter(string name) => !s_buffers.Contains(name[(name.LastIndexOf('.') + 1)..]);
}
