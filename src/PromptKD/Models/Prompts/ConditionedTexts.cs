using PromptKD.Runtime;

namespace PromptKD.Models.Prompts;

/// <summary>
/// CoCoOp's texts: a small network makes one vector of each image, which is added to every learned token. So each image
/// has text features of its own, and the text tower runs once for each image.
/// </summary>
/// <remarks>arXiv 2203.05557, section 3.2; CoOp trainers/cocoop.py.</remarks>
/// <param name="sentences">Of the classes; stays the caller's.</param>
/// <param name="context">Learned tokens, [length, text width]; stay the caller's.</param>
/// <param name="network">Makes what is added to them; stays the caller's.</param>
internal sealed class ConditionedTexts(PromptedTexts sentences, Tensor context, MetaNetwork network)
{
    /// <summary>Sentences of one image.</summary>
    public int Count => sentences.Count;

    /// <summary>Text features of some images' sentences, with the graph of what is learned.</summary>
    /// <param name="images">Normalised image features, [batch, embedding].</param>
    /// <param name="first">Row batch · classes + class from which to begin.</param>
    /// <param name="count">Rows.</param>
    /// <returns>Normalised, float32, [count, embedding].</returns>
    public Tensor Features(Tensor images, int first, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> parts = [];
        for (int row = first; row < first + count;)
        {
            (int image, int firstClass) = (row / Count, row % Count);
            int taken = Math.Min(first + count - row, Count - firstClass);
            Tensor moved = context.Plus(network.forward(images.narrow(0, image, 1))); // [length, width]
            parts.Add(sentences.Features(new([moved]), firstClass, taken));
            row += taken;
        }

        return cat(parts).MoveToOuterDisposeScope();
    }

    /// <summary>Logits of each image with its own texts: scaled cosines.</summary>
    /// <param name="images">Normalised, [batch, embedding].</param>
    /// <param name="texts">Normalised, [batch · classes, embedding].</param>
    /// <param name="scale">exp(logit_scale), a scalar.</param>
    /// <returns>[batch, classes].</returns>
    public Tensor Compare(Tensor images, Tensor texts, Tensor scale)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor own = texts.view(images.shape[0], Count, -1);
        Tensor cosines = own.matmul(images.unsqueeze(-1)).squeeze(-1);
        return (scale * cosines).MoveToOuterDisposeScope();
    }
}
