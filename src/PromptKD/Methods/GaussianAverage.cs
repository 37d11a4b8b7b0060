using PromptKD.Runtime;

namespace PromptKD.Methods;

/// <summary>
/// PromptSRC's prompt aggregation: what is learned, averaged over the epochs with the weights of a Gaussian. The
/// average so far is kept normalised, so that it is a model at every epoch: the one that is measured and saved.
/// </summary>
/// <remarks>arXiv 2307.06948, section 3.2.2; PromptSRC trainers/promptsrc.py, GPA.</remarks>
internal sealed class GaussianAverage : IDisposable
{
    private const string Prefix = "average/";

    private readonly IReadOnlyList<KeyValuePair<string, Tensor>> _places;
    private readonly Tensor[] _averages;
    private readonly double _mean;
    private readonly double _deviation;

    /// <param name="places">What is averaged, by name; stays the caller's.</param>
    /// <param name="mean">Centre of the Gaussian, epochs.</param>
    /// <param name="deviation">Its standard deviation, epochs, above 0.</param>
    public GaussianAverage(IReadOnlyList<KeyValuePair<string, Tensor>> places, double mean, double deviation)
    {
        _places = places;
        _mean = mean;
        _deviation = deviation;
        _averages =
        [
            .. places.Select(place =>
                place.Value.detach().to(ScalarType.Float32, copy: true).DetachFromDisposeScope()),
        ];
    }

    /// <summary>
    /// The average so far, float32, under the names of the places; what they started as before any epoch.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Averages =>
        [.. _places.Zip(_averages, (place, average) => KeyValuePair.Create(place.Key, average))];

    /// <summary>The same under names of its own: what a checkpoint must hold for a run to go on.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
        Averages.Select(named => KeyValuePair.Create(Prefix + named.Key, named.Value));

    /// <summary>The weight of each epoch, from the first.</summary>
    /// <param name="mean">Centre of the Gaussian, epochs.</param>
    /// <param name="deviation">Its standard deviation, epochs.</param>
    /// <param name="epochs">Epochs of the whole run.</param>
    /// <returns>[epochs], of sum 1.</returns>
    public static double[] Weights(double mean, double deviation, int epochs)
    {
        // Relative to the largest, since a Gaussian far from all epochs is 0 in any floating type.
        double[] exponents =
            [.. Enumerable.Range(1, epochs).Select(epoch => -0.5 * Math.Pow((epoch - mean) / deviation, 2))];
        double[] weights = [.. exponents.Select(exponent => Math.Exp(exponent - exponents.Max()))];
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    /// <summary>Takes in the values at the end of an epoch. After the last, the places become the average.</summary>
    /// <param name="epoch">Counted from 1.</param>
    /// <param name="epochs">Epochs of the whole run.</param>
    public void Add(int epoch, int epochs)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        double[] weights = Weights(_mean, _deviation, epochs);
        double sum = weights.Take(epoch).Sum();
        double share = sum > 0 ? weights[epoch - 1] / sum : 1;
        foreach (((string _, Tensor place), Tensor average) in _places.Zip(_averages))
        {
            average.PlusInPlace((place.to(ScalarType.Float32) - average).Times(share));
            if (epoch == epochs)
            {
                place.copy_(average);
            }
        }
    }

    /// <summary>Begins anew with the present values.</summary>
    public void Restart()
    {
        using IDisposable noGradients = no_grad();
        foreach (((string _, Tensor place), Tensor average) in _places.Zip(_averages))
        {
            average.copy_(place);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_averages, average => average.Dispose());
}
