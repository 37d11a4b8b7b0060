using PromptKD.Data.Decoding;
using PromptKD.Methods;
using PromptKD.Models.Prompts;

namespace PromptKD.Export;

/// <summary>What every package says of the student inside, whoever made it: its sizes, and how it is used.</summary>
internal static class ShapeDescription
{
    /// <param name="distilled">What is deployed.</param>
    /// <param name="templates">Sentences of the class vectors; empty where learned text tokens are in them.</param>
    /// <param name="preparation">How pictures are prepared.</param>
    /// <param name="precision">Element type of the frozen tower: fp32, bf16 or fp16.</param>
    /// <param name="inputs">SHA-256 of all that it is made of.</param>
    public static StudentManifest Of(
        DistilledStudent distilled,
        IReadOnlyList<string> templates,
        Preprocessing preparation,
        string precision,
        IReadOnlyDictionary<string, string> inputs)
    {
        StudentShape shape = distilled.Student.Shape;
        return new StudentManifest
        {
            Architecture = distilled.Student.Architecture,
            PromptLength = shape.PromptLength,
            PromptDepth = shape.PromptDepth,
            TeacherEmbedding = shape.TeacherEmbedding,
            ProjectorLayers = shape.ProjectorLayers,
            TunedTower = shape.TunesTower,
            RoundPromptsToHalf = shape.RoundPromptsToHalf,
            LogitScale = distilled.LogitScale,
            ClassNames = distilled.ClassVectors.Names,
            Templates = templates,
            Preprocessing = preparation,
            Precision = precision,
            Inputs = inputs,
        };
    }
}
