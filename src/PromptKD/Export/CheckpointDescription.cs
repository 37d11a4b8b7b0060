using PromptKD.Data.Decoding;
using PromptKD.Methods;

namespace PromptKD.Export;

/// <summary>What a package says that was made of a checkpoint, and not by the run that learned it.</summary>
internal static class CheckpointDescription
{
    /// <summary>Why a method has no package.</summary>
    /// <param name="method">As TRAINER.NAME spells it.</param>
    public static string WhyNone(string method) =>
        $"{method} makes the texts of the classes anew for each picture, so there are no class vectors to keep";

    /// <summary>
    /// The digests that a package names. A method that prompts both towers has a CLIP and a checkpoint as a teacher has
    /// them, so that classes may be added from the two.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="opened">SHA-256 of models and vocabulary, by name.</param>
    /// <param name="checkpoint">SHA-256 of the checkpoint.</param>
    public static IReadOnlyDictionary<string, string> Inputs(
        MethodRow method, IReadOnlyDictionary<string, string> opened, string checkpoint)
    {
        var inputs = new SortedDictionary<string, string>(
            opened.Where(one => one.Key != "pictures").ToDictionary(), StringComparer.Ordinal)
        {
            ["checkpoint"] = checkpoint,
        };
        if (method.PromptsBothTowers && opened.TryGetValue("clip", out string? clip))
        {
            inputs["teacher"] = clip;
            inputs["teacher prompts"] = checkpoint;
        }

        return inputs;
    }

    /// <param name="distilled">What is deployed.</param>
    /// <param name="origin">The checkpoint.</param>
    /// <param name="templates">Sentences of the class vectors; empty where learned text tokens are in them.</param>
    /// <param name="preparation">How pictures are prepared.</param>
    /// <param name="precision">Element type of the frozen tower: fp32, bf16 or fp16.</param>
    /// <param name="inputs">SHA-256 of all that it is made of.</param>
    public static StudentManifest Of(
        DistilledStudent distilled,
        CheckpointOrigin origin,
        IReadOnlyList<string> templates,
        Preprocessing preparation,
        string precision,
        IReadOnlyDictionary<string, string> inputs) =>
        ShapeDescription.Of(distilled, templates, preparation, precision, inputs) with
        {
            Version = StudentManifest.CurrentVersion,
            Checkpoint = origin,
        };
}
