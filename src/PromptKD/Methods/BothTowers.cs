using PromptKD.Configuration;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Methods;

/// <summary>Learned tokens in both towers of a CLIP: what IVLP and PromptSRC begin with.</summary>
internal static class BothTowers
{
    /// <summary>Reads the CLIP and draws the tokens.</summary>
    /// <param name="inputs">What the method is built from.</param>
    /// <param name="section">TRAINER.section, in upper case.</param>
    /// <param name="settings">Numbers and depths of the tokens.</param>
    /// <param name="parts">Owns both until the method does.</param>
    /// <exception cref="PromptKDException">The text tower would be without learned tokens, or a class name is too
    /// long.</exception>
    public static (PromptedClip Clip, TowerPrompts Prompts) Prompt(
        MethodInputs inputs, string section, TowerPromptConfig settings, Unfinished parts)
    {
        if (settings.NCtxText < 1 || settings.PromptDepthText < 1)
        {
            throw new PromptKDException(
                $"TRAINER.{section}: N_CTX_TEXT is {settings.NCtxText} and PROMPT_DEPTH_TEXT "
                + $"{settings.PromptDepthText}, expected 1 or more of each: the text tower cannot be without learned "
                + "tokens.");
        }

        ContextText context = StartingWords.CountedInTokens(inputs, section, settings.CtxInit, settings.NCtxText);
        ClipArchitecture sizes = inputs.Clip.Architecture;
        PromptedClip clip = parts.Add(PromptedClip.Read(inputs, context, NamePosition.End));
        using Tensor initial = clip.DrawContext(context, inputs.Tokenizer.Value);
        int textDepth = Math.Min(settings.PromptDepthText, sizes.TextLayers);
        int visionDepth = settings.NCtxVision == 0 ? 0 : Math.Min(settings.PromptDepthVision, sizes.VisionLayers);
        Device device = inputs.Target.Device;
        var text = new LearnedPrompts(context.Length, textDepth, sizes.TextWidth, device, roundToHalf: false, initial);
        var vision = new LearnedPrompts(
            settings.NCtxVision, visionDepth, sizes.VisionWidth, device, roundToHalf: false);
        return (clip, parts.Add(new TowerPrompts(text, vision)));
    }
}
