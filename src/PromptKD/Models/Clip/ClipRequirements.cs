namespace PromptKD.Models.Clip;

/// <summary>Refuses models where another kind is needed.</summary>
internal static class ClipRequirements
{
    /// <summary>Refuses a tower without texts where classes have to be named.</summary>
    /// <param name="architecture">Of the model.</param>
    /// <param name="source">What it belongs to, usually a path: the message begins with it.</param>
    /// <exception cref="PromptKDException">There is no text tower.</exception>
    public static void RequireTexts(this ClipArchitecture architecture, string source)
    {
        if (architecture.TextWidth == 0)
        {
            throw new PromptKDException(
                $"{source}: it has no text tower, so it can be a student, and no teacher. As teacher take a CLIP, a "
                + "SigLIP, an EVA-02-CLIP or a MobileCLIP.");
        }
    }

    /// <summary>Refuses towers of other families where a method puts its tokens into CLIP's own.</summary>
    /// <param name="architecture">Of the model.</param>
    /// <param name="source">As in <see cref="RequireTexts"/>.</param>
    /// <param name="method">The method.</param>
    /// <exception cref="PromptKDException">A tower is of another family.</exception>
    public static void RequireClips(this ClipArchitecture architecture, string source, string method)
    {
        if (architecture.Tower is not null || architecture.Text is not null)
        {
            throw new PromptKDException(
                $"{source}: {method} prompts one of OpenAI's CLIPs, not {architecture.Name}. Towers of other families "
                + "teach and learn in distill, as they are: without labelled pictures.");
        }
    }
}
