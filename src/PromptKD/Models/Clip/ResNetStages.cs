using System.Text.Json.Serialization;

namespace PromptKD.Models.Clip;

/// <summary>How many residual blocks each of the four stages of a ResNet has; from one stage to the next, the feature
/// map halves its sides and doubles its channels.</summary>
/// <param name="First">Blocks of the stage at a quarter of the image's size.</param>
/// <param name="Second">At an eighth.</param>
/// <param name="Third">At a sixteenth.</param>
/// <param name="Fourth">At a thirty-second.</param>
public sealed record ResNetStages(int First, int Second, int Third, int Fourth)
{
    /// <summary>Residual blocks in all.</summary>
    [JsonIgnore]
    public int Blocks => First + Second + Third + Fourth;

    /// <summary>The four numbers, in order.</summary>
    internal IReadOnlyList<int> ToList() => [First, Second, Third, Fourth];
}
