using PromptKD.Data.Loading;
using PromptKD.Features.Store;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>Shards of the stores that others fill while a run learns from them.</summary>
internal sealed class AwaitedShards : IAwaited
{
    private readonly IReadOnlyList<StoreFilling> _fillings;
    private readonly Func<int, LoadPlan> _planOf;
    private (int Epoch, LoadPlan Plan)? _plan;
    private StoreFilling? _missing;

    private AwaitedShards(IReadOnlyList<StoreFilling> fillings, Func<int, LoadPlan> planOf)
    {
        _fillings = fillings;
        _planOf = planOf;
    }

    /// <inheritdoc/>
    public PromptKDException? GivenUp => _missing?.GivenUp;

    /// <summary>Those that batches need.</summary>
    /// <param name="inputs">Of the run.</param>
    /// <param name="planOf">Which pictures an epoch goes through, from its first batch on.</param>
    /// <returns>Null where every store was complete from the beginning.</returns>
    public static AwaitedShards? Of(RunInputs inputs, Func<int, LoadPlan> planOf) =>
        inputs.Fillings is { Count: > 0 } fillings ? new AwaitedShards(fillings, planOf) : null;

    /// <inheritdoc/>
    public bool IsThere(int epoch, int batch)
    {
        if (_plan?.Epoch != epoch)
        {
            _plan = (epoch, _planOf(epoch) with { Rows = ProcessShare.Whole });
        }

        int[] pictures = _plan!.Value.Plan.ItemsOf(batch);
        _missing = _fillings.FirstOrDefault(filling => !filling.Has(pictures));
        return _missing is null;
    }

    /// <inheritdoc/>
    public void Rest() => _missing?.Rest();
}
