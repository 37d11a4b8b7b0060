using PromptKD.Evaluation;

namespace PromptKD.Dassl;

/// <summary>The last lines of an experiment, for people: the accuracies of one model, together.</summary>
internal static class TrainingSummary
{
    /// <param name="result">What the experiment came to.</param>
    /// <param name="epochs">Epochs of the run.</param>
    public static IEnumerable<string> Lines(TrainingResult result, int epochs)
    {
        if (result.Accuracy is not { } accuracy)
        {
            yield break;
        }

        yield return $"{result.Trainer} on {result.Dataset}, {result.Protocol}, seed {result.Seed}: "
            + $"{Model(result, epochs)}";
        yield return result is { Base: { } known, Novel: { } unseen, HarmonicMean: { } mean }
            ? $"  base {Percent(known)}   novel {Percent(unseen)}   harmonic mean {Percent(mean)}"
            : $"  accuracy {Percent(accuracy)}";
    }

    private static string Model(TrainingResult result, int epochs) => result.Selection switch
    {
        ModelSelection.LastEpoch => $"epoch {result.Epoch} of {epochs}, the last one",
        ModelSelection.BestOnValidation => $"epoch {result.Epoch} of {epochs}, the best on validation pictures",
        ModelSelection.BestOnTest =>
            $"epoch {result.Epoch} of {epochs}, the best on TEST pictures, as the reference chooses",
        _ when result.Epoch is { } epoch => $"the model that was given, of epoch {epoch}",
        _ => "the model that was given",
    };

    private static string Percent(double value) => $"{PythonNumber.Fixed(value, 1)} %";
}
