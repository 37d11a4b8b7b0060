using System.Diagnostics;

namespace PromptKD.Server.Operations;

/// <summary>What is measured of one model.</summary>
/// <param name="meters">Of the server.</param>
/// <param name="model">Its name.</param>
/// <param name="version">Its version.</param>
/// <param name="threshold">Probability, 0–1, below which an answer counts as unsure.</param>
internal sealed class ModelMeters(ServerMeters meters, string model, string version, double threshold) : IBatchObserver
{
    /// <summary>The model's tags.</summary>
    public TagList Tags { get; } = new() { { "model", model }, { "version", version } };

    /// <summary>A picture was decoded.</summary>
    public void OnDecoded(TimeSpan took) => Stage("decode", took);

    /// <inheritdoc/>
    public void OnComputed(IReadOnlyList<TimeSpan> waited, TimeSpan computed)
    {
        foreach (TimeSpan one in waited)
        {
            Stage("queue", one);
        }

        Stage("compute", computed);
        meters.Batches.Record(waited.Count, Tags);
    }

    /// <summary>A picture was answered.</summary>
    public void OnAnswered(IReadOnlyList<string> classNames, float[] probabilities)
    {
        int best = 0;
        for (int label = 1; label < probabilities.Length; label++)
        {
            best = probabilities[label] > probabilities[best] ? label : best;
        }

        TagList tags = Tags;
        tags.Add("class", classNames[best]);
        meters.Predictions.Add(1, tags);
        if (probabilities[best] < threshold)
        {
            meters.Unsure.Add(1, Tags);
        }
    }

    /// <summary>The model was replaced on disk.</summary>
    /// <param name="outcome">replaced or refused.</param>
    public void OnReload(string outcome)
    {
        TagList tags = Tags;
        tags.Add("outcome", outcome);
        meters.Reloads.Add(1, tags);
    }

    private void Stage(string stage, TimeSpan took)
    {
        TagList tags = Tags;
        tags.Add("stage", stage);
        meters.Stages.Record(took.TotalSeconds, tags);
    }
}
