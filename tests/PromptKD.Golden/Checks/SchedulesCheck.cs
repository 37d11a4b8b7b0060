using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Training;

namespace PromptKD.Golden.Checks;

/// <summary>The learning rate of every epoch, for all schedules and warm-ups.</summary>
internal sealed class SchedulesCheck : IGoldenCheck
{
    public string Kind => "lr-schedules";

    public IEnumerable<Comparison> Run(GoldenCase golden)
    {
        JsonElement tolerance = golden.Json.GetProperty("tolerance");
        double relative = tolerance.GetProperty("rtol").GetDouble();
        double absolute = tolerance.GetProperty("atol").GetDouble();
        int index = 0;
        foreach (JsonElement one in golden.ReadJsonFile("expected.json").EnumerateArray())
        {
            // JSON is YAML.
            string yaml = $"{{\"OPTIM\": {one.GetProperty("optim").GetRawText()}}}";
            var schedule = new LearningRateSchedule(new ExperimentConfig().MergeYaml(yaml, $"schedule {index}").Optim);
            int epoch = 0;
            foreach (JsonElement rate in one.GetProperty("lr_per_epoch").EnumerateArray())
            {
                double expected = rate.GetDouble();
                yield return Comparison.Of(
                    $"schedule {index}, epoch {epoch}",
                    schedule.Rate(epoch),
                    expected,
                    absolute + (relative * Math.Abs(expected)));
                epoch++;
            }

            index++;
        }
    }
}
