using PromptKD.Models.Clip;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Speed;

/// <summary>
/// Encodes as CLIP's own code does: every layer on every token, the last one too, and texts at their full length.
/// </summary>
/// <remarks>CLIP clip/model.py, <c>VisionTransformer.forward</c> and <c>CLIP.encode_text</c>.</remarks>
internal static class UncutTowers
{
    /// <param name="encoder">A filled tower.</param>
    /// <param name="images">Normalised pixels, [batch, 3, size, size].</param>
    /// <param name="prompts">Learned tokens, or null.</param>
    /// <returns>Not normalised, [batch, embedding].</returns>
    public static Tensor EncodeImages(ImageEncoder encoder, Tensor images, LayerPrompts? prompts)
    {
        using DisposeScope scope = NewDisposeScope();
        int last = encoder.Architecture.VisionLayers - 1;
        using Tensor tokens = LastOutput(last, observe => encoder.Trace(images, prompts, observe));
        Tensor classToken = Child(encoder, "ln_post").forward(tokens.select(1, 0)); // [batch, width]
        return classToken.matmul(encoder.get_parameter("proj")).MoveToOuterDisposeScope();
    }

    /// <param name="encoder">A filled tower.</param>
    /// <param name="ids">Token ids, int64, zero-padded, [texts, context].</param>
    /// <param name="prompts">Learned tokens, or null.</param>
    /// <returns>Not normalised, [texts, embedding].</returns>
    public static Tensor EncodeTexts(TextEncoder encoder, Tensor ids, LayerPrompts? prompts = null)
    {
        using DisposeScope scope = NewDisposeScope();
        int last = encoder.Architecture.TextLayers - 1;
        using Tensor tokens = LastOutput(last, observe => encoder.Trace(ids, prompts, observe));
        Tensor normalised = Child(encoder, "ln_final").forward(tokens); // [texts, context, width]
        Tensor endOfText = ids.argmax(1).view(-1, 1, 1).expand(-1, 1, tokens.shape[2]); // the largest id of a text
        Tensor read = normalised.gather(1, endOfText).squeeze(1); // [texts, width]
        return read.matmul(encoder.get_parameter("text_projection")).MoveToOuterDisposeScope();
    }

    // [batch, tokens, width], the caller's.
    private static Tensor LastOutput(int last, Action<Action<int, Tensor>> trace)
    {
        Tensor? output = null;
        trace((layer, x) => output = layer == last ? x.alias().DetachFromDisposeScope() : null);
        return output!;
    }

    private static LayerNorm Child(Module tower, string name) =>
        (LayerNorm)tower.named_children().Single(child => child.name == name).module;
}
