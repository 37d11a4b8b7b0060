using System.Text.Json.Serialization;
using PromptKD.Runtime;

namespace PromptKD.Training;

/// <summary>How the header of a <see cref="TrainingCheckpoint"/> is written and read.</summary>
[JsonSerializable(typeof(TrainingPosition))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class CheckpointJson : JsonSerializerContext
{
    /// <summary>For one record a line.</summary>
    public static CheckpointJson Lines { get; } = new(RecordJson.Lines());
}
