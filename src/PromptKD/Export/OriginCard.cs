using System.Globalization;
using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Export;

/// <summary>
/// The model card of a package that was made of a checkpoint: what is known of it is what the file says.
/// </summary>
internal static class OriginCard
{
    /// <returns>Markdown.</returns>
    public static string Write(StudentManifest manifest)
    {
        ClipArchitecture clip = manifest.Architecture;
        return $"""
            # An image classifier for {manifest.ClassNames.Count} classes

            The image tower of {clip.Name}, with what {Source(manifest.Checkpoint)}.
            {Learned(manifest)}

            Classes: {ModelCard.Names(manifest.ClassNames)}.
            {Sentences(manifest)}
            {manifest.ClassChanges?.Describe()}{Numbers(manifest.Checkpoint)}

            ## Use

                promptkd predict --model THIS_FOLDER picture.jpg
                promptkd evaluate --model THIS_FOLDER --data labelled/

            `model.json` holds architecture, class names, preprocessing and the SHA-256 of every input.
            The licence of the CLIP weights inside is that of the checkpoint they came from.

            """;
    }

    private static string Source(CheckpointOrigin? origin) => origin is null
        ? "its checkpoint learned"
        : $"{Printable.Markdown(origin.Method)} learned: the checkpoint `{Printable.Markdown(origin.Checkpoint)}`"
            + (origin.Epoch is { } epoch ? $", epoch {epoch.ToString(CultureInfo.InvariantCulture)}" : "");

    private static string Learned(StudentManifest manifest)
    {
        string tokens = manifest is { PromptDepth: > 0, PromptLength: > 0 }
            ? $"{Counted.Of(manifest.PromptLength, "learned token")} in each of "
                + Counted.Of(manifest.PromptDepth, "layer")
            : "No learned tokens in the image tower";
        return manifest.ProjectorLayers == 0
            ? $"{tokens}; pictures and classes are compared in the CLIP's own space."
            : $"{tokens}; a projector of {manifest.ProjectorLayers} layers into the teacher's space, "
                + $"{manifest.TeacherEmbedding} dimensions.";
    }

    private static string Sentences(StudentManifest manifest) => manifest.Templates.Count == 0
        ? $"{ClassSentences.Learned}\n"
        : $"Sentences of the classes: {string.Join(", ", manifest.Templates.Select(Quoted))}.\n";

    private static string Quoted(string sentence) => $"\"{Printable.Markdown(sentence)}\"";

    private static string Numbers(CheckpointOrigin? origin) => origin?.ValidationAccuracy is { } accuracy
        ? string.Create(CultureInfo.InvariantCulture, $"Its checkpoint says {accuracy:0.0} % on validation pictures ")
            + "of its training."
        : "Nothing was measured when this package was made; `promptkd evaluate` does.";
}
